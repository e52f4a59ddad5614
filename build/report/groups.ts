import type { Claim, Status } from "./report.ts";
import { claimVerdict } from "./verdict.ts";

/** One claim with every run of it: under each firmware, or in each set-up. */
export interface ClaimGroup {
  /** The last part of the claim's id: `arp-reply`. */
  readonly name: string;
  readonly title: string;
  /** The worst of its runs. */
  readonly verdict: Status;
  readonly runs: readonly Claim[];
}

/** What was said in some of a group's runs; `firmwares` is empty when all of them said it. */
export interface Saying<Said> {
  readonly firmwares: readonly Claim["firmware"][];
  readonly said: Said;
}

/** Brings the runs of a claim together, in the order in which claims first appear. */
export function groupClaims(claims: readonly Claim[]): readonly ClaimGroup[] {
  const groups = Map.groupBy(claims, ({ id }) => id.slice(id.lastIndexOf("/") + 1));
  return [...groups].flatMap(([name, runs]) => {
    const [first] = runs;
    return first === undefined
      ? []
      : [{ name, title: first.title, verdict: worst(runs.map(claimVerdict)), runs }];
  });
}

/** Says once what several runs said in the same words. */
export function distinctSayings<Said extends object | string>(
  runs: readonly Claim[],
  say: (run: Claim) => Said,
): readonly Saying<Said>[] {
  const same = [...Map.groupBy(runs, (run) => JSON.stringify(say(run))).values()];
  return same.flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const firmwares = same.length === 1 ? [] : [first, ...others].map(({ firmware }) => firmware);
    return [{ firmwares, said: say(first) }];
  });
}

function worst(statuses: readonly Status[]): Status {
  if (statuses.includes("failed")) return "failed";
  return statuses.includes("passed") ? "passed" : "skipped";
}
