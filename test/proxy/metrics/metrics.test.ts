import { createServer } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { printMetrics } from "../../../proxy/src/metrics/exposition.ts";
import { serveMetrics } from "../../../proxy/src/metrics/metrics.ts";
import { assertGolden } from "../../golden.ts";
import { ask, operated, type Reply } from "../control/operated.ts";

async function measured(t: ExecutionContext, options: { starts?: boolean } = {}) {
  const made = await operated(t, options);
  const port = await freePort();
  const events: string[] = [];
  const stop = serveMetrics(
    { addresses: ["127.0.0.1"], port },
    made.operation,
    (event) => events.push(event),
    20,
  );
  t.teardown(stop);
  return { ...made, port, events, tell: (path: string) => askUntilAnswered({ port, path }) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function askUntilAnswered(at: { port: number; path: string }): Promise<Reply> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask({ host: "127.0.0.1", ...at });
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(20);
    }
  }
}

test("metrics are in Prometheus' text format", async (t) => {
  const { tell } = await measured(t);
  const { status, type, text } = await tell("/metrics");
  t.is(status, 200);
  t.is(type, "text/plain; version=0.0.4; charset=utf-8");
  const ofProxy = text.slice(0, text.indexOf("# HELP process_cpu"));
  await assertGolden(
    t,
    "proxy/metrics.txt",
    ofProxy.replace(/(timestamp_seconds) [\d.]{10,}/, "$1 1767323045.1"),
  );
});

test("each line is a comment, or a sample of a metric that was announced once", async (t) => {
  const { tell } = await measured(t);
  const { text } = await tell("/metrics");
  t.true(text.endsWith("\n"));
  const announced: string[] = [];
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const [, name] = /^# TYPE (\w+) (?:counter|gauge)$/.exec(line) ?? [];
    if (name !== undefined) announced.push(name);
    if (line.startsWith("# ")) continue;
    const [, of, value] = /^(\w+)(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)+\})? (\S+)$/.exec(line) ?? [];
    t.is(of, announced.at(-1), line);
    t.true(Number.isFinite(Number(value)), line);
  }
  t.is(new Set(announced).size, announced.length);
  t.true(announced.includes("process_resident_memory_bytes"));
  t.true(announced.filter((name) => /counter/.test(name)).every((name) => name.endsWith("_total")));
});

test("what is in a label can't end it", (t) => {
  const samples = [[{ rule: 'a "b" \\ c\nd' }, 1]] as const;
  t.is(
    printMetrics([{ name: "x", type: "gauge", help: "It.", samples }]),
    '# HELP x It.\n# TYPE x gauge\nx{rule="a \\"b\\" \\\\ c\\nd"} 1\n',
  );
});

test("health is there for programs, and nothing else of the control socket is", async (t) => {
  const { tell, stopListening } = await measured(t);
  t.deepEqual(await tell("/health"), {
    status: 200,
    type: "application/json",
    text: '{"healthy":true,"listening":true,"policy":true}\n',
  });
  stopListening();
  t.is((await tell("/health")).status, 503);
  for (const path of ["/status", "/connections", "/reload", "/why?url=a&client=10.1.2.3"])
    t.is((await tell(path)).status, 404, path);
});

test("an address that is taken is tried again, and told once", async (t) => {
  const { operation } = await operated(t);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const events: string[] = [];
  t.teardown(serveMetrics({ addresses: ["127.0.0.1"], port }, operation, (event) => events.push(event), 10));
  await sleep(60);
  other.close();
  t.is((await askUntilAnswered({ port, path: "/health" })).status, 200);
  t.deepEqual(events, ["error"]);
});
