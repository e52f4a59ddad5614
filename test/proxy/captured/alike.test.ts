import test, { type ExecutionContext } from "ava";
import {
  answering,
  blocking,
  captured,
  engines,
  get,
  inEngineLab,
  ok,
  type EngineSetup,
} from "../engine-lab.ts";
import { extension, hello, serverName } from "../tls/hello-bytes.ts";
import { ending } from "../loopback-lab.ts";

/** What clients say in one go; answers, lines of logs and what the origin hears are to be the same with each engine. */
const talks: Readonly<Record<string, string>> = {
  "what is blocked between what isn't": get("/1") + get("/2", { host: "bad.example" }) + get("/3"),
  "hosts in another spelling": get("/1", { host: "A.Example." }) + get("/2", { host: "BAD.example.:80" }),
  "a blocked host that isn't at the destination": get("/", { host: "bad.example" }),
  "a host that isn't at the destination": get("/", { host: "foreign.example" }),
  "an address as a host": get("/1", { host: "203.0.113.80" }) + get("/2", { host: "203.0.113.80." }),
  "a blocked upgrade": get("/", { host: "bad.example", fields: "Upgrade: websocket\r\n" }),
  "an upgrade": get("/", { fields: "Upgrade: websocket\r\n" }),
  "h2c by an upgrade": get("/", { fields: "Upgrade: h2c\r\n" }),
  "HTTP/2 from the beginning": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "what isn't HTTP": "\x16\x03\x01\0\x05hello",
  "what two readers could take differently": `${get("/1")}GET / HTTP/1.1\nHost: a.example\r\n\r\n`,
  "a head that is too long": `GET /${"x".repeat(4200)}`,
  "HTTP/1.0 without a host": "GET / HTTP/1.0\r\n\r\n",
  HEAD: get("/", { host: "bad.example" }).replace("GET", "HEAD"),
  CONNECT: "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
  "a target in absolute form": get("http://bad.example/").replace("a.example", "bad.example"),
  "an answer with a long head": get("/long"),
};
const tlsTalks: Readonly<Record<string, Buffer>> = {
  "a blocked name": hello(serverName("bad.example")),
  "a name that isn't at the destination": hello(serverName("Foreign.example")),
  "neither a name nor without another that is hidden": hello(extension(0xfe0d, Buffer.alloc(40))),
  "a name in two": hello(serverName("a.example", "b.example")),
  "what isn't TLS": Buffer.from("SSH-2.0-x\r\n"),
};

const answers = answering((path) => ok(path, path === "/long" ? `X: ${"x".repeat(70_000)}\r\n` : ""));
const setup: EngineSetup = {
  serve: answers.serve,
  policy: blocking("bad.example"),
  names: {
    "a.example": ["203.0.113.80"],
    "bad.example": ["198.51.100.1"],
    "foreign.example": ["198.51.100.1"],
  },
  config: {
    hostCheck: "block",
    http: { upgrade: "block", h2c: "block", notHttp: "block", headBytes: 4096 },
    tls: { withoutName: "block", ech: "block", notTls: "block" },
  },
};

for (const [what, said] of Object.entries(talks))
  test.serial(`engines are alike: ${what}`, async (t) => sayToEach(t, said, setup));
for (const [what, said] of Object.entries(tlsTalks))
  test.serial(`engines are alike: ${what}`, async (t) =>
    sayToEach(t, said, { ...setup, destination: captured.tls }),
  );

async function sayToEach(t: ExecutionContext, said: string | Buffer, to: EngineSetup): Promise<void> {
  const outcomes: unknown[] = [];
  for (const start of Object.values(engines)) {
    answers.heads.length = 0;
    await inEngineLab(t, start, to, async ({ connect, records, recorded, events }) => {
      const client = connect();
      client.end(said);
      const { text, error } = await ending(client);
      await recorded(1);
      outcomes.push({
        text: text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "TIME"),
        error,
        heads: [...answers.heads],
        records: records.map((record) => ({ ...record, client: "", startedMs: 0, durationMs: 0 })),
        events: events.map((event) => ({ ...event, client: "" })),
      });
    });
  }
  const [one, ...others] = outcomes;
  for (const other of others) t.deepEqual(other, one);
}
