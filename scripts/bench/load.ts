import { join } from "node:path";
import { ToolError } from "../../build/core/faults.ts";
import { run } from "../../build/core/run.ts";
import { allowedHost } from "./domains.ts";
import { addresses, type Network } from "./network.ts";

/** A kind of load that wrk makes from the client's namespace. */
export interface Load {
  readonly connections: number;
  /** A new connection for each request. */
  readonly fresh: boolean;
}

/** What wrk found. */
export interface Loaded {
  readonly requests: number;
  readonly durationUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Connections that failed, and answers with another status than 2xx or 3xx. */
  readonly failed: number;
}

/** Asks for 1 KiB over and over for so long, each connection as soon as it has the answer before. */
export async function load(network: Network, { connections, fresh }: Load, seconds: number): Promise<Loaded> {
  const { stdout } = await run([
    ...network.inClient,
    "wrk",
    `--threads=${Math.min(2, connections)}`,
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    "--timeout=10s",
    `--header=Host: ${allowedHost}`,
    ...(fresh ? ["--header=Connection: close"] : []),
    `--script=${join(import.meta.dirname, "wrk-report.lua")}`,
    `http://${addresses.origin}/small`,
  ]);
  return parseLoaded(stdout);
}

/** Of what wrk says with wrk-report.lua. */
export function parseLoaded(stdout: string): Loaded {
  const line = stdout.split("\n").findLast((each) => each.startsWith("{"));
  if (line === undefined) throw new ToolError(`wrk didn't report:\n${stdout}`);
  return JSON.parse(line) as Loaded;
}
