import type { Downloaded } from "./download.ts";
import type { BulkFigure, RequestFigure } from "./figures.ts";
import type { Loaded } from "./load.ts";

/** Of one measurement by the metrics' ids; CPU only where there is a proxy that could use any. */
export type Values = Readonly<Record<string, number>>;

export function requestMetrics(
  figure: RequestFigure,
  { requests, durationUs, p50Us, p99Us }: Loaded,
  cpuSeconds: number | undefined,
): Values {
  return {
    [`${figure}.rate`]: requests / (durationUs / 1e6),
    [`${figure}.p50`]: p50Us / 1e3,
    [`${figure}.p99`]: p99Us / 1e3,
    ...(cpuSeconds === undefined ? {} : { [`${figure}.cpu`]: (cpuSeconds / requests) * 1e5 }),
  };
}

export function bulkMetrics(
  figure: BulkFigure,
  { bytes, durationUs }: Downloaded,
  cpuSeconds: number | undefined,
): Values {
  const gigabytes = bytes / 1e9;
  return {
    [`${figure}.rate`]: gigabytes / (durationUs / 1e6),
    ...(cpuSeconds === undefined ? {} : { [`${figure}.cpu`]: cpuSeconds / gigabytes }),
  };
}
