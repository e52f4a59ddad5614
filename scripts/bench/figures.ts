import type { Load } from "./load.ts";

const requestFigures = ["keep-alive", "fresh"] as const;
const bulkFigures = ["bulk-1", "bulk-64"] as const;

/** What can be asked for by `--figures`. */
export const figures = [...requestFigures, ...bulkFigures, "idle"] as const;
export type Figure = (typeof figures)[number];
export type RequestFigure = (typeof requestFigures)[number];
export type BulkFigure = (typeof bulkFigures)[number];

/** Latencies are those at this many connections. */
const connections = 64;

export const loads: Readonly<Record<RequestFigure, Load>> = {
  "keep-alive": { connections, fresh: false },
  fresh: { connections, fresh: true },
};

export const streams: Readonly<Record<BulkFigure, number>> = { "bulk-1": 1, "bulk-64": 64 };

export const idleCounts = [1000, 10_000] as const;

/** A column of the table. */
export interface Metric {
  readonly id: string;
  readonly figure: Figure;
  readonly title: string;
  readonly better: "more" | "less";
  /** Decimal places that are worth printing. */
  readonly digits: number;
}

export const metrics: readonly Metric[] = [
  ...requestFigures.flatMap((figure): Metric[] => [
    { id: `${figure}.rate`, figure, title: `${figure} requests/s`, better: "more", digits: 0 },
    { id: `${figure}.p50`, figure, title: `${figure} p50, ms`, better: "less", digits: 2 },
    { id: `${figure}.p99`, figure, title: `${figure} p99, ms`, better: "less", digits: 2 },
    { id: `${figure}.cpu`, figure, title: `${figure} CPU s per 100,000`, better: "less", digits: 2 },
  ]),
  ...bulkFigures.flatMap((figure): Metric[] => {
    const across = streams[figure] === 1 ? "1 stream" : `${streams[figure]} streams`;
    return [
      { id: `${figure}.rate`, figure, title: `${across} GB/s`, better: "more", digits: 2 },
      { id: `${figure}.cpu`, figure, title: `${across} CPU s per GB`, better: "less", digits: 2 },
    ];
  }),
  ...idleCounts.flatMap((count): Metric[] => {
    const idle = `${count.toLocaleString("en")} idle`;
    const common = { figure: "idle", better: "less", digits: 1 } as const;
    return [
      { id: `idle.${count}`, title: `${idle}, MB`, ...common },
      { id: `idle.${count}.unbacked`, title: `${idle}, MB but for files`, ...common },
    ];
  }),
];

/** What ours is to reach: so many times as good as a peer, where more may be better, or less. */
export interface Target {
  readonly metrics: readonly string[];
  readonly peer: string;
  readonly atLeast: number;
}

export const targets: readonly Target[] = [
  { metrics: ["keep-alive.rate", "fresh.rate"], peer: "haproxy-http", atLeast: 1 },
  { metrics: ["keep-alive.p99", "fresh.p99"], peer: "haproxy-http", atLeast: 1 },
  {
    metrics: ["bulk-1.rate", "bulk-64.rate", "bulk-1.cpu", "bulk-64.cpu"],
    peer: "haproxy-tcp",
    atLeast: 1,
  },
  { metrics: metrics.map(({ id }) => id), peer: "squid", atLeast: 3 },
];

/** One measured value. */
export interface Sample {
  readonly peer: string;
  readonly metric: string;
  readonly round: number;
  readonly value: number;
}
