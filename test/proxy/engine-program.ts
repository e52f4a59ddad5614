/**
 * Runs an engine in a process of its own, whose descriptors and memory are nobody else's. Arguments: which engine,
 * and a `Wanted` as JSON. Prints a `Standing` once it listens, and one for each line that it reads, each as a line
 * of JSON; ends with its input. The line `share` starts a program that has all of its sockets, too, as any has that
 * is being started; the line `alone` ends it.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import type { Counters } from "../../proxy/src/engine.ts";
import type { Endpoint } from "../../proxy/src/transport.ts";
import { captured, engines, labService } from "./engine-lab.ts";
import { socketsOf } from "./proc-sockets.ts";

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
let other: ChildProcess | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "share") other = shareSockets();
  if (line === "alone") await end(other);
  tell();
}
await engine.stop(0);

function tell(): void {
  const [listener] = engine.listeners;
  if (listener === undefined) throw new Error("no listener");
  globalThis.gc?.(); // what nobody holds isn't to be taken for what is held
  const standing: Standing = { listener, count: engine.count() };
  process.stdout.write(`${JSON.stringify(standing)}\n`);
}

function shareSockets(): ChildProcess {
  const shared = socketsOf("self").map(({ fd }) => fd);
  return spawn("sleep", ["20"], { stdio: ["ignore", "ignore", "ignore", ...shared] });
}

async function end(program: ChildProcess | undefined): Promise<void> {
  if (program === undefined) return;
  const ended = once(program, "close");
  program.kill();
  await ended;
}
