import test from "ava";
import { parseRequestHead } from "../../proxy/src/request-head.ts";

const destination = { address: "203.0.113.80", port: 80 };
const parse = (head: string, at = destination) => parseRequestHead(head, at);

const urls: readonly [sentence: string, head: string, url: string][] = [
  [
    "a path follows the Host",
    "GET /a/b?c=d HTTP/1.1\r\nHost: example.org\r\n\r\n",
    "http://example.org/a/b?c=d",
  ],
  ["the Host's port is kept", "GET / HTTP/1.1\r\nhost:example.org:8080 \r\n\r\n", "http://example.org:8080/"],
  ["without a Host it is where it was sent", "GET / HTTP/1.0\r\n\r\n", "http://203.0.113.80/"],
  ["an empty Host counts as none", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "http://203.0.113.80/"],
  [
    "an absolute target is the URL",
    "GET http://a.example/x HTTP/1.1\r\nHost: b\r\n\r\n",
    "http://a.example/x",
  ],
  ["an asterisk names the server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "http://a"],
  ["CONNECT has an authority", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "a:443"],
  ["bare line feeds end lines too", "GET /x HTTP/1.1\nHost: a\n\n", "http://a/x"],
  ["empty lines before it are skipped", "\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "http://a/x"],
  [
    "what follows the head is not looked at",
    "PUT /x HTTP/1.1\r\nHost: a\r\n\r\nHost: b\r\n\r\n",
    "http://a/x",
  ],
  [
    "a terminal's escapes are encoded",
    "GET /\x1b[2J\x9b HTTP/1.1\r\nHost: \x07a\r\n\r\n",
    "http://%07a/%1B[2J%9B",
  ],
];
for (const [sentence, head, url] of urls) {
  test(`URL of a request: ${sentence}`, (t) => {
    const parsed = parse(head);
    t.is(typeof parsed === "object" ? parsed.url : parsed, url);
  });
}

test("a port that is not 80 and an IPv6 address show in the URL when there is no Host", (t) => {
  const parsed = parse("GET / HTTP/1.0\r\n\r\n", { address: "2001:db8::1", port: 8080 });
  t.deepEqual(parsed, { method: "GET", url: "http://[2001:db8::1]:8080/" });
});

test("a head is incomplete until its empty line has come, wherever it is cut", (t) => {
  const head = "\r\nGET /a HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n";
  for (let length = 0; length < head.length; length++) {
    t.is(parse(head.slice(0, length)), "incomplete", JSON.stringify(head.slice(0, length)));
  }
  t.deepEqual(parse(head), { method: "GET", url: "http://example.org/a" });
});

const others: readonly [sentence: string, bytes: string][] = [
  ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc"],
  ["SSH", "SSH-2.0-OpenSSH_9.9\r\n"],
  ["the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["HTTP/0.9", "GET /\r\n"],
  ["two spaces", "GET  / HTTP/1.1\r\n\r\n"],
  ["a word that is too long for a method", "A".repeat(33)],
  ["binary data", "\x00\x01\x02"],
];
for (const [sentence, bytes] of others) {
  test(`not HTTP/1: ${sentence}`, (t) => {
    t.is(parse(bytes), "not http");
  });
}

test("a head without any field is complete with its empty line", (t) => {
  t.is(parse("GET / HTTP/1.0\r\n"), "incomplete");
  t.is(parse("GET / HTTP/1.0\r\n\r"), "incomplete");
  t.deepEqual(parse("GET / HTTP/1.0\r\n\r\n"), { method: "GET", url: "http://203.0.113.80/" });
});
