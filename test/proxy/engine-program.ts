/**
 * Runs an engine in a process of its own, whose descriptors and memory are nobody else's. Arguments: which engine,
 * and a `Wanted` as JSON. Prints a `Standing` once it listens, and one for each line that it reads, each as a line
 * of JSON; ends with its input.
 */
import { createInterface } from "node:readline";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import type { Counters } from "../../proxy/src/engine.ts";
import type { Endpoint } from "../../proxy/src/transport.ts";
import { captured, engines, labService } from "./engine-lab.ts";

export interface Wanted {
  readonly origin: Endpoint;
  readonly config?: Partial<ProxyConfig>;
}

export interface Standing {
  readonly listener: Endpoint;
  readonly count: Counters;
}

const [name = "", text = ""] = process.argv.slice(2);
const wanted = JSON.parse(text) as Wanted;
const start = engines[name];
if (start === undefined) throw new Error(`no such engine: ${name}`);
const service = await labService(wanted, () => {}, []);
const engine = await start({ destination: captured.http, origin: wanted.origin }, service);
tell();
for await (const _ of createInterface({ input: process.stdin })) tell();
await engine.stop(0);

function tell(): void {
  const [listener] = engine.listeners;
  if (listener === undefined) throw new Error("no listener");
  globalThis.gc?.(); // what nobody holds isn't to be taken for what is held
  const standing: Standing = { listener, count: engine.count() };
  process.stdout.write(`${JSON.stringify(standing)}\n`);
}
