import { ToolError } from "../build/core/faults.ts";
import type { Router } from "./router.ts";

const logFile = "/var/log/halfbridge/proxy.log";

/**
 * How long the proxy that runs took from its fork, which its exec follows at once, until it listened, in
 * milliseconds: as its log says, by the router's clock.
 */
export async function proxyStartMs({ console }: Pick<Router, "console">): Promise<number> {
  const line = await console.succeed(`grep '"event":"listening"' ${logFile} | tail -n 1`);
  const { sinceStartMs } = JSON.parse(line) as { sinceStartMs: unknown };
  if (typeof sinceStartMs !== "number") throw new ToolError(`${logFile}: no sinceStartMs in ${line}`);
  return sinceStartMs;
}

/** Kills the proxy and waits until its supervisor has started it again: all files are in memory now. */
export async function restartProxy({ console }: Pick<Router, "console">): Promise<void> {
  const from = console.received.length;
  await console.succeed("kill -KILL $(cat /run/halfbridge/proxy.pid)");
  await console.waitFor(/"event":"listening"/, { from, timeoutMs: 20_000 });
  await console.waitUntilSucceeds("[ -e /run/halfbridge/capturing ]"); // failMode: open captures a moment later
}
