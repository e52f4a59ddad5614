import test from "ava";
import { bareHost, SeenUrl, seenBytes, writePath } from "../../../proxy/src/policy/seen-url.ts";
import { questionOf } from "./policies.ts";

const path = (text: string): string => {
  const bytes = new Uint8Array(seenBytes + 3);
  return Buffer.from(bytes.subarray(0, Math.abs(writePath(text, bytes, 0)))).toString("latin1");
};
const seen = (text: string): string => {
  const url = new SeenUrl();
  const question = questionOf(text);
  url.read(bareHost(question.host), question);
  return `${Buffer.from(url.bytes.subarray(0, url.length)).toString("latin1")}${url.isOpen ? "…" : ""}`;
};

test("what needn't be escaped is unescaped, once, and other escapes are in upper case", (t) => {
  t.is(path("/%61ds/%7Euser/%2d%2E%5F%30"), "/ads/~user/-._0");
  t.is(path("/%2fx%3d%c3%bc%25%00"), "/%2Fx%3D%C3%BC%25%00");
  t.is(path("/%2561"), "/%2561");
  t.is(path("/%6/%zz/%"), "/%6/%zz/%");
  t.is(path("/A?b=%41"), "/A?b=A");
});

test("dots are resolved as RFC 3986 has it, escaped ones too, and not in a query", (t) => {
  t.is(path("/a/b/c/./../../g"), "/a/g");
  t.is(path("/a/./b"), "/a/b");
  t.is(path("/a/b/.."), "/a/");
  t.is(path("/a/b/."), "/a/b/");
  t.is(path("/../../a"), "/a");
  t.is(path("/.."), "/");
  t.is(path("/%2e%2E/x/%2e/ads"), "/x/ads");
  t.is(path("/x/..?a/../b"), "/?a/../b");
  t.is(path("/a/...//.b/c."), "/a/...//.b/c.");
  t.is(path("/a//../b"), "/a/b");
});

test("a URL is written with its port unless it's the scheme's", (t) => {
  t.is(seen("http://Example.ORG./Path"), "http://example.org/Path");
  t.is(seen("http://example.org:8080/"), "http://example.org:8080/");
  t.is(seen("http://[2001:DB8::1]/"), "http://[2001:db8::1]/");
});

test("of what is not seen there is a host, and it is open what follows", (t) => {
  t.is(seen("https://example.org"), "https://example.org/…");
  t.is(seen("https://example.org:80"), "http://example.org/…");
  t.is(seen("https://example.org:8443"), "https://example.org:8443/…");
});

test("a long URL is cut, and then it is open what follows", (t) => {
  t.is(seen(`http://a.example/${"x".repeat(seenBytes - 17)}`).length, seenBytes);
  const cut = seen(`http://a.example/${"x".repeat(seenBytes - 16)}`);
  t.is(cut.length, seenBytes + 1);
  t.true(cut.endsWith("x…"));
});

test("of a host that is too long for a name the end is seen", (t) => {
  t.is(bareHost(`${"a".repeat(300)}.example..`), `${"a".repeat(247)}.example`);
  t.is(bareHost("example.org"), "example.org");
  t.is(bareHost("."), "");
});
