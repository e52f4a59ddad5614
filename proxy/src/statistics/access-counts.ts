import type { AccessRecord } from "../access.ts";

/** Rules are 255 at most, and reasons are words of the proxy's own: this is only not to grow for ever. */
const mostKeys = 512;

/** How often, by one or two words. */
export type Counts = ReadonlyMap<string, number>;

/** Counts what is in the access log, since the start. */
export class AccessCounts {
  /** By verdict and class of status: `allowed 2xx`; `none` for an answer that never came. */
  readonly requests = new Map<string, number>();
  /** Connections that aren't looked into, by verdict. */
  readonly connections = new Map<string, number>();
  /** By verdict and rule, in this order: a rule's name may have spaces. */
  readonly rules = new Map<string, number>();
  /** What was refused, by reason. */
  readonly refusals = new Map<string, number>();
  /** What was allowed and didn't end as it should, by how it ended. */
  readonly failures = new Map<string, number>();

  add({ event, verdict, status, rule, ended }: AccessRecord): void {
    if (event === "request") {
      const kind = status === undefined ? "none" : `${Math.floor(status / 100)}xx`;
      count(this.requests, `${verdict} ${kind}`);
    } else {
      count(this.connections, verdict);
    }
    if (verdict === "refused") count(this.refusals, rule ?? "unknown");
    else if (rule !== undefined) count(this.rules, `${verdict} ${rule}`);
    if (verdict === "allowed" && ended !== "closed") count(this.failures, ended);
  }
}

function count(counts: Map<string, number>, key: string): void {
  const before = counts.get(key);
  if (before !== undefined || counts.size < mostKeys) counts.set(key, (before ?? 0) + 1);
}
