import { download } from "./download.ts";
import { loads, streams, type BulkFigure, type RequestFigure } from "./figures.ts";
import { load } from "./load.ts";
import type { Network } from "./network.ts";
import { bulkMetrics, requestMetrics, type Values } from "./samples.ts";

/** One measurement, but for what the proxy has used meanwhile. */
export interface Applied {
  readonly failed: number;
  /** For people: how much has got through. */
  readonly amount: string;
  readonly valuesWith: (cpuSeconds: number | undefined) => Values;
}

/** Puts a load on what is captured; `folder` is the job's. */
export async function applyLoad(
  figure: RequestFigure | BulkFigure,
  network: Network,
  { seconds, folder }: { readonly seconds: number; readonly folder: string },
): Promise<Applied> {
  if (figure === "bulk-1" || figure === "bulk-64") {
    const found = await download(network, streams[figure], seconds, folder);
    const amount = `${(found.bytes / 1e9).toFixed(2)} GB`;
    return { failed: found.failed, amount, valuesWith: (cpu) => bulkMetrics(figure, found, cpu) };
  }
  const found = await load(network, loads[figure], seconds);
  const amount = `${found.requests} requests`;
  return { failed: found.failed, amount, valuesWith: (cpu) => requestMetrics(figure, found, cpu) };
}
