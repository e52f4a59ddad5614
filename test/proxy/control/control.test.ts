import { statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { serveControl } from "../../../proxy/src/control/control.ts";
import { assertGolden } from "../../golden.ts";
import { ask, operated } from "./operated.ts";

async function controlled(t: ExecutionContext, options: { starts?: boolean } = {}) {
  const made = await operated(t, options);
  const socketPath = join(made.folder, "control.sock");
  const events: string[] = [];
  const stop = serveControl(socketPath, made.operation, (event, fields) => {
    events.push(`${event} ${JSON.stringify(fields)}`);
  });
  t.teardown(stop);
  const tell = (path: string, method = "GET") => ask({ socketPath, path, method });
  const tellJson = async (path: string, method = "GET") => {
    const reply = await ask({ socketPath, path, method, headers: { Accept: "application/json" } });
    return { ...reply, json: JSON.parse(reply.text) as Record<string, unknown> };
  };
  return { ...made, socketPath, events, tell, tellJson };
}

const why = (url: string, client: string, method = "") =>
  `/why?url=${encodeURIComponent(url)}&client=${client}${method === "" ? "" : `&method=${method}`}`;

test("the socket is for its owner alone, and takes the place of one that was left behind", async (t) => {
  const { socketPath, operation, tell } = await controlled(t);
  t.is(statSync(socketPath).mode & 0o777, 0o600);
  t.is((await tell("/health")).status, 200);
  const events: string[] = [];
  const stop = serveControl(socketPath, operation, (event) => events.push(event));
  t.teardown(stop);
  t.is((await tell("/health")).status, 200);
  t.deepEqual(events, []);
});

test("a folder that isn't there is said, and no reason to stop", async (t) => {
  const { operation, folder } = await operated(t);
  const events: string[] = [];
  const stop = serveControl(join(folder, "none", "control.sock"), operation, (event) => events.push(event));
  t.teardown(stop);
  for (let tries = 0; tries < 100 && events.length === 0; tries++) await sleep(10);
  t.deepEqual(events, ["error"]);
});

test("status, connections and top are tables", async (t) => {
  const { tell } = await controlled(t);
  const texts = await Promise.all(
    ["/status", "/connections", "/top"].map(async (path) => (await tell(path)).text),
  );
  // what differs from run to run
  const steady = texts
    .join("\n")
    .replace(/\d+ MB of memory/, "50 MB of memory")
    .replace(/in force since \S+;/, "in force since 2026-01-02T03:04:05.678Z;")
    .replace(/the last .*/, "the last 5 min");
  await assertGolden(t, "proxy/control.txt", steady);
});

test("all of it is there as JSON, too", async (t) => {
  const { tellJson } = await controlled(t);
  const { json: status, type } = await tellJson("/status");
  t.is(type, "application/json");
  t.like(status, { connections: { open: 2 }, requests: { "allowed 2xx": 1 }, lostLines: { access: 12 } });
  t.like((await tellJson("/connections")).json, { open: 2 });
  t.like((await tellJson("/top?limit=1")).json, { hosts: [{ key: "example.org" }] });
});

test("connections of one client, and the first few", async (t) => {
  const { tellJson, tell } = await controlled(t);
  t.like((await tellJson("/connections?client=10.1.2.50")).json, { open: 1 });
  t.regex((await tell("/connections?limit=1")).text, /^and 1 more$/m);
  t.is((await tell("/connections?client=10.9.9.9")).text, "no connections\n");
  t.is((await tell("/connections?limit=few")).status, 400);
});

const decisions: readonly [what: string, url: string, client: string, method: string, text: RegExp][] = [
  ["a list's entry", "http://www.games.example/a", "10.1.2.50", "", /^blocked by rule no games\n/],
  ["its group", "http://www.games.example/a", "10.1.2.50", "", /^ {2}groups: pupils$/m],
  ["the entry", "http://www.games.example/a", "10.1.2.50", "", /^list +games has it: games\.example$/m],
  [
    "TLS by its name alone",
    "https://games.example/any",
    "2001:db8:1::1",
    "",
    /^asked +TLS, host games\.example, port 443$/m,
  ],
  [
    "what comes before",
    "http://games.example/",
    "10.1.2.50",
    "",
    /staff may: the client is in none of its groups\n.*at night: none of its schedules runs\n/,
  ],
  ["another group", "http://games.example/", "10.1.3.1", "", /^allowed by rule staff may\n/],
  [
    "no group",
    "http://games.example/",
    "192.0.2.1",
    "",
    /^allowed: no rule fits, so the default decides\n[^]*client +in no group$/m,
  ],
  ["a pattern", "http://a.example/banner/1", "192.0.2.1", "", /^blocked by rule no ads\n/],
  ["an exception", "http://good.ads.example/", "192.0.2.1", "", /^allowed: [^]*^list +ads excepts it: /m],
  ["a method", "a.example/upload", "192.0.2.1", "put", /^blocked by rule no uploads\n/],
  ["an address", "http://[2001:db8::1]:8080", "192.0.2.1", "", /host 2001:db8::1, port 8080, path \/$/m],
  ["a path with spaces", "http://a.example/b ü", "192.0.2.1", "", /path \/b%20%C3%BC$/m],
  ["an international name", "http://bücher.example/", "192.0.2.1", "", /host xn--bcher-kva\.example,/],
];
for (const [what, url, client, method, text] of decisions) {
  test(`why: ${what}`, async (t) => {
    const { tell } = await controlled(t);
    const reply = await tell(why(url, client, method));
    t.is(reply.status, 200);
    t.regex(reply.text, text);
  });
}

test("why: a question at fault is told what it lacks", async (t) => {
  const { tell } = await controlled(t);
  for (const path of [
    "/why",
    "/why?url=a.example",
    why("a.example", "somebody"),
    why("http://", "10.1.2.50"),
    why("ftp://a.example/", "10.1.2.50"),
  ])
    t.like(await tell(path), { status: 400 }, path);
  const { status } = await (await controlled(t, { starts: false })).tell(why("a.example", "10.1.2.50"));
  t.is(status, 503);
});

test("reload puts changed lists in force, or says each bad line and keeps what was there", async (t) => {
  const { tell, tellJson, file } = await controlled(t);
  const verdict = async () => (await tellJson(why("http://new.example/", "192.0.2.1"))).json["entries"];
  writeFileSync(file, "new.example\n");
  t.deepEqual(await verdict(), [], "control");
  t.like(await tell("/reload", "POST"), { status: 200 });
  t.deepEqual(await verdict(), [{ list: "more", entry: "new.example", excepts: false }]);
  writeFileSync(file, "other.example\nno domain\nneither here\n");
  const { status, text } = await tell("/reload", "POST");
  t.is(status, 409);
  const lines = text.trim().split("\n");
  t.deepEqual(
    lines.map((line) => line.replace(/: .*/, ":")),
    [`${file}:2:`, `${file}:3:`, "not put in force; the policy before stays"],
  );
  t.is(((await verdict()) as unknown[]).length, 1);
  t.regex((await tell("/status")).text, /^REFUSED .*\nPROBLEM .*more\.list:2: /m);
});

test("a reload that fails is told as the proxy's fault", async (t) => {
  const { tell, operation } = await controlled(t);
  operation.policy.reload = async () => {
    throw new RangeError("Array buffer allocation failed");
  };
  t.like(await tell("/reload", "POST"), { status: 500, text: "Array buffer allocation failed\n" });
});

test("health says what is missing", async (t) => {
  const { tell, tellJson, stopListening } = await controlled(t);
  t.like(await tell("/health"), { status: 200, text: "healthy\n" });
  stopListening();
  t.like(await tell("/health"), { status: 503, text: "not healthy: listening\n" });
  t.like((await tellJson("/health")).json, { healthy: false, listening: false, policy: true });
  const { tell: tellOther } = await controlled(t, { starts: false });
  t.like(await tellOther("/health"), { status: 503, text: "not healthy: policy\n" });
});

test("what isn't known, and another method, are refused", async (t) => {
  const { tell } = await controlled(t);
  t.like(await tell("/metrics"), { status: 404, text: "there is no /metrics\n" });
  t.like(await tell("/reload"), { status: 405, text: "/reload takes POST\n" });
  t.like(await tell("/status", "POST"), { status: 405 });
  t.like(await tell("/health", "HEAD"), { status: 200, text: "" });
});

test("a question in HTTP/1.0 whose end is said at once, as netcat does, is answered", async (t) => {
  const { socketPath } = await controlled(t);
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  socket.end("GET /health HTTP/1.0\r\n\r\n");
  let text = "";
  for await (const data of socket) text += String(data);
  t.regex(text, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhealthy\n$/);
});
