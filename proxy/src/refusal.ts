import type { Ending } from "./relay.ts";

/** Why an explicit proxy answers a request by itself, or couldn't answer to the end. */
export type Reason = Ending | "malformed" | "forbidden-port" | "loop" | "no-address" | "last-hop";

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

/** As fields of a log line. */
export function describeRefusal({ status, reason, code }: Refusal): Record<string, unknown> {
  const by = status === 499 ? "client" : status === 502 || status === 504 ? "origin" : undefined;
  return { ended: reason, by, error: code };
}
