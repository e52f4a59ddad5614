import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "../../build/core/faults.ts";
import { allowedHost } from "./domains.ts";
import { addresses, type Network } from "./network.ts";

/** For what frees memory, or gathers log lines, a moment later. */
const settleMs = 1500;

/**
 * Does something while so many connections are idle, each after one request. Throws a ToolError if not all
 * of them were there to the end.
 */
export async function withIdleConnections<Result>(
  network: Network,
  count: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const program = `${import.meta.dirname}/idle-clients.ts`;
  const [file = "", ...prefix] = network.inClient;
  const argv = [process.execPath, program, `${count}`, addresses.origin, allowedHost, ...addresses.clients];
  const clients = spawn(file, [...prefix, ...argv], { stdio: ["pipe", "pipe", "inherit"], timeout: 60_000 });
  const closed = once(clients, "close");
  const said = createInterface(clients.stdout)[Symbol.asyncIterator]();
  const next = async () => (await said.next()).value;
  try {
    const answer = await next();
    if (answer !== "ready") throw new ToolError(`${count} connections can't be opened: ${answer}`);
    await sleep(settleMs);
    const result = await work();
    clients.stdin.end();
    const open = Number(await next());
    if (open !== count) throw new ToolError(`of ${count} idle connections only ${open} were kept`);
    return result;
  } finally {
    clients.stdin.end();
    await closed;
  }
}
