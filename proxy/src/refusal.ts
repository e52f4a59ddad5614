import type { AccessRecord } from "./access.ts";
import type { Ending } from "./relay.ts";

/** Why an explicit proxy answers a request by itself, or couldn't answer to the end. */
export type Reason = Ending | "malformed" | "forbidden-port" | "loop" | "no-address" | "last-hop" | "blocked";

/** What a client is told when its request doesn't get to an origin. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: Reason;
  /** The errno's name, where there was one. */
  readonly code: string | undefined;

  constructor(status: number, reason: Reason, message: string, code?: string) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.code = code;
  }
}

/** Nobody is told. */
export function clientGone(): Refusal {
  return new Refusal(499, "reset", "The client is gone.");
}

/** The proxy's own reasons; the others are what happened with client or origin. */
const refusing: ReadonlySet<string> = new Set(["malformed", "forbidden-port", "loop", "last-hop"]);

/** How a request ended, for the access log; without a refusal as it should. `rule` has judged it. */
export function describeEnd(
  refusal: Refusal | undefined,
  rule: string | undefined,
): Pick<AccessRecord, "verdict" | "rule" | "ended" | "by" | "error"> {
  const { status, reason = "closed", code: error } = refusal ?? {};
  const by = status === 499 ? "client" : status === 502 || status === 504 ? "origin" : undefined;
  if (refusing.has(reason)) return { verdict: "refused", rule: reason, ended: "closed", by, error };
  if (reason === "blocked") return { verdict: "blocked", rule, ended: "closed", by, error };
  return { verdict: "allowed", rule, ended: reason, by, error };
}
