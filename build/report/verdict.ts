import type { Claim, Report, Status } from "./report.ts";

/** How many claims hold, don't, and were not tried. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * What a claim comes to: its own status, but failed as well when its control failed, since a proof
 * that holds with the thing switched off proves nothing.
 */
export function claimVerdict(claim: Claim): Status {
  return claim.control.status === "failed" ? "failed" : claim.status;
}

export function tallyClaims(claims: readonly Claim[]): Tally {
  const count = (status: Status) => claims.filter((claim) => claimVerdict(claim) === status).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

/** Passed when at least one claim holds and none fails; a report without proof is not a pass. */
export function reportVerdict({ claims }: Report): Status {
  const { passed, failed } = tallyClaims(claims);
  if (failed > 0) return "failed";
  return passed > 0 ? "passed" : "skipped";
}
