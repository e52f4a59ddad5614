import { metrics, targets, type Metric, type Sample, type Target } from "./figures.ts";

/** A peer by what the table needs of it. */
export interface Column {
  readonly id: string;
  readonly title: string;
}

/** A Markdown table: a line a metric that was measured, a column a peer; medians of all rounds. */
export function formatMedians(columns: readonly Column[], samples: readonly Sample[]): string {
  const lines = measuredMetrics(samples).map((metric) => [
    metric.title,
    ...columns.map(({ id }) => medianOf(samples, metric.id, id)?.toFixed(metric.digits) ?? ""),
  ]);
  return formatMarkdown([["", ...columns.map(({ title }) => title)], ...lines]);
}

/** A Markdown table: how many times as good as the peers ours are, and whether that is what is to be reached. */
export function formatTargets(ours: readonly Column[], samples: readonly Sample[]): string {
  const lines = targets.flatMap((target) =>
    measuredMetrics(samples)
      .filter(({ id }) => target.metrics.includes(id) && medianOf(samples, id, target.peer) !== undefined)
      .map((metric) => [
        metric.title,
        `≥ ${target.atLeast.toFixed(1)} × ${target.peer}`,
        ...ours.map(({ id }) => formatRatio(ratioOf(samples, metric, id, target), target)),
      ]),
  );
  return formatMarkdown([["times as good", "target", ...ours.map(({ title }) => title)], ...lines]);
}

/**
 * The median of the rounds' ratios, not the ratio of the medians: a machine that is slower for a while is so
 * for both of a round.
 */
export function ratioOf(
  samples: readonly Sample[],
  metric: Metric,
  ours: string,
  { peer }: Pick<Target, "peer">,
): number | undefined {
  const values = (of: string) =>
    new Map(
      samples
        .filter((sample) => sample.metric === metric.id && sample.peer === of)
        .map(({ round, value }) => [round, value]),
    );
  const theirs = values(peer);
  const ratios = [...values(ours)].flatMap(([round, value]) => {
    const other = theirs.get(round);
    if (other === undefined) return [];
    return [metric.better === "more" ? value / other : other / value];
  });
  return median(ratios);
}

function formatRatio(ratio: number | undefined, { atLeast }: Target): string {
  if (ratio === undefined) return "";
  // as printed: what reads 1.00 is as good
  const printed = ratio.toFixed(2);
  return `${printed} ${Number(printed) >= atLeast ? "✓" : "✗"}`;
}

function measuredMetrics(samples: readonly Sample[]): Metric[] {
  return metrics.filter(({ id }) => samples.some(({ metric }) => metric === id));
}

function medianOf(samples: readonly Sample[], metric: string, peer: string): number | undefined {
  return median(
    samples.filter((sample) => sample.metric === metric && sample.peer === peer).map(({ value }) => value),
  );
}

/** Undefined of no values. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below, above] = [sorted[middle - 1], sorted[middle]];
  return above === undefined || sorted.length % 2 === 1 ? above : ((below ?? above) + above) / 2;
}

function formatMarkdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = `|${head.map((_, index) => (index === 0 ? "---|" : "---:|")).join("")}\n`;
  return [line(head), rule, ...rows.map(line)].join("");
}
