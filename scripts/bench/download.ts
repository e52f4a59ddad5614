import { join } from "node:path";
import { run } from "../../build/core/run.ts";
import { allowedHost } from "./domains.ts";
import { addresses, type Network } from "./network.ts";

/** What sink.c found. */
export interface Downloaded {
  /** Of answers, heads included. */
  readonly bytes: number;
  /** That were whole. */
  readonly answers: number;
  /** Streams that ended before their time. */
  readonly failed: number;
  readonly durationUs: number;
}

/** Downloads the big file over and over for so long; `folder` is where the sink is. */
export async function download(
  { inClient }: Network,
  streams: number,
  seconds: number,
  folder: string,
): Promise<Downloaded> {
  const what = [addresses.origin, "80", allowedHost, "/big"];
  const { stdout } = await run([...inClient, join(folder, "sink"), ...what, `${streams}`, `${seconds}`]);
  return JSON.parse(stdout) as Downloaded;
}
