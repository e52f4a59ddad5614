import test from "ava";
import { parseAbsoluteForm, parseAuthorityForm } from "../../proxy/src/request-target.ts";

const absolute: readonly [target: string, host: string, port: number, authority: string, path: string][] = [
  ["http://a.example/b?c=d", "a.example", 80, "a.example", "/b?c=d"],
  ["HTTP://A.example:8080/", "A.example", 8080, "A.example:8080", "/"],
  ["http://a.example", "a.example", 80, "a.example", "/"],
  ["http://a.example:", "a.example", 80, "a.example", "/"],
  ["http://a.example?c", "a.example", 80, "a.example", "/?c"],
  ["http://a.example/x/../%7e//y#z", "a.example", 80, "a.example", "/x/../%7e//y"],
  ["http://[2001:db8::1]:81/", "2001:db8::1", 81, "[2001:db8::1]:81", "/"],
];
for (const [target, host, port, authority, path] of absolute) {
  test(`${target} goes to port ${port} of ${host}, and its path stays as it is`, (t) => {
    t.deepEqual(parseAbsoluteForm(target, "GET"), { host, port, authority, path });
  });
}

test("OPTIONS without a path asks about the server", (t) => {
  t.is(parseAbsoluteForm("http://a.example", "OPTIONS")?.path, "*");
  t.is(parseAbsoluteForm("http://a.example/", "OPTIONS")?.path, "/");
});

for (const target of [
  "/index.html",
  "*",
  "https://a.example/",
  "http:///path",
  "http://user:secret@a.example/",
  "http://a.example:0/",
  "http://a.example:65536/",
  "http://a b/",
  "http://[2001:db8::1/",
]) {
  test(`nowhere to go for ${target}`, (t) => {
    t.is(parseAbsoluteForm(target, "GET"), undefined);
  });
}

test("CONNECT takes a host and a port, and nothing else", (t) => {
  t.like(parseAuthorityForm("a.example:443"), { host: "a.example", port: 443 });
  t.like(parseAuthorityForm("[2001:db8::1]:443"), { host: "2001:db8::1", port: 443 });
  for (const target of [
    "a.example",
    "a.example:",
    "http://a.example:443",
    "a.example:443/",
    "2001:db8::1:443",
  ])
    t.is(parseAuthorityForm(target), undefined, target);
});
