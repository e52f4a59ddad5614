import test from "ava";
import { formatMedians, formatTargets, median, ratioOf } from "../../../scripts/bench/table.ts";
import { metrics, type Metric, type Sample } from "../../../scripts/bench/figures.ts";

const haproxy = { id: "haproxy-http", title: "HAProxy, http mode" };
const squid = { id: "squid", title: "squid" };
const ours = { id: "halfbridge", title: "Halfbridge" };

/** One value a round, from the first on. */
function samplesOf(peer: string, metric: string, values: readonly number[]): Sample[] {
  return values.map((value, index) => ({ peer, metric, round: index + 1, value }));
}

function metricOf(id: string): Metric {
  return metrics.find((metric) => metric.id === id) as Metric;
}

test("the median is the middle value, or between the two in the middle", (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 2, 3]), 2.5);
  t.is(median([7]), 7);
  t.is(median([]), undefined);
});

test("a ratio is of the same round's values, so a slower machine doesn't count", (t) => {
  // the machine was half as fast in the second and third round, of which the peer has missed one
  const samples = [
    ...samplesOf("squid", "keep-alive.rate", [1000, 500]),
    ...samplesOf("halfbridge", "keep-alive.rate", [3000, 1500, 1500]),
  ];
  t.is(ratioOf(samples, metricOf("keep-alive.rate"), "halfbridge", { peer: "squid" }), 3);
});

test("where less is better, half as much is twice as good", (t) => {
  const samples = [...samplesOf("squid", "fresh.p99", [8]), ...samplesOf("halfbridge", "fresh.p99", [4])];
  t.is(ratioOf(samples, metricOf("fresh.p99"), "halfbridge", { peer: "squid" }), 2);
  t.is(ratioOf(samples, metricOf("fresh.p99"), "squid", { peer: "halfbridge" }), 0.5);
});

test("the tables have what was measured, side by side, and what of it is good enough", (t) => {
  const samples = [
    ...samplesOf("haproxy-http", "keep-alive.rate", [20_000, 30_000, 25_000]),
    ...samplesOf("squid", "keep-alive.rate", [10_000, 10_000, 10_000]),
    ...samplesOf("halfbridge", "keep-alive.rate", [19_960, 29_940, 24_950]),
    ...samplesOf("haproxy-http", "keep-alive.p99", [1.5, 1.5, 1.5]),
    ...samplesOf("halfbridge", "keep-alive.p99", [1, 2, 3]),
  ];
  t.is(
    formatMedians([haproxy, squid, ours], samples),
    `|  | HAProxy, http mode | squid | Halfbridge |
|---|---:|---:|---:|
| keep-alive requests/s | 25000 | 10000 | 24950 |
| keep-alive p99, ms | 1.50 |  | 2.00 |
`,
  );
  t.is(
    formatTargets([ours], samples),
    `| times as good | target | Halfbridge |
|---|---:|---:|
| keep-alive requests/s | ≥ 1.0 × haproxy-http | 1.00 ✓ |
| keep-alive p99, ms | ≥ 1.0 × haproxy-http | 0.75 ✗ |
| keep-alive requests/s | ≥ 3.0 × squid | 2.50 ✗ |
`,
  );
});
