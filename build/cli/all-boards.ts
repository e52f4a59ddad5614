import { availableParallelism, totalmem } from "node:os";
import { mapConcurrently } from "../core/concurrency.ts";
import { interruption } from "../core/interrupt.ts";
import { note, sayAbout } from "../core/progress.ts";
import { formatTable } from "../report/text-table.ts";
import { textOf } from "./failure.ts";

/** What a phase made of a board. */
export interface Done {
  readonly verdict: "built" | "unchanged" | "passed" | "failed";
  /** Of what people download, or else of the image. */
  readonly sizeBytes?: number;
}

/** One pass over all boards; `lanes` is how many are worked on at the same time. */
export interface Phase {
  readonly lanes: number;
  readonly work: (board: string) => Promise<Done>;
}

export interface Outcome extends Done {
  readonly board: string;
  readonly seconds: number;
  /** Why it failed, if that was an error. */
  readonly problem?: string;
}

/**
 * Takes all boards through each phase in turn. One that fails leaves the others alone, and is left out of what
 * follows. Outcomes are in the order of the boards; an interruption ends it all.
 */
export async function workOnAll(
  boards: readonly string[],
  phases: readonly Phase[],
): Promise<readonly Outcome[]> {
  let outcomes: readonly Outcome[] = boards.map((board) => ({ board, verdict: "unchanged", seconds: 0 }));
  for (const { lanes, work } of phases) {
    outcomes = await mapConcurrently(outcomes, lanes, (outcome) =>
      outcome.verdict === "failed" ? Promise.resolve(outcome) : workOn(outcome, work),
    );
  }
  return outcomes;
}

async function workOn(before: Outcome, work: Phase["work"]): Promise<Outcome> {
  const started = performance.now();
  const { board } = before;
  const after = await sayAbout(board, () => work(board)).catch((error: unknown) => {
    if (interruption.aborted) throw error;
    const problem = textOf(error);
    note(`✗ ${board}: ${problem}`);
    return { verdict: "failed", problem } as const;
  });
  return { ...before, ...after, seconds: before.seconds + (performance.now() - started) / 1000 };
}

/** A row for each board, and below them why boards failed. */
export function formatOutcomes(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ board, verdict, seconds, sizeBytes }) => [
    board,
    verdict,
    `${seconds.toFixed(1)} s`,
    sizeBytes === undefined ? "" : `${(sizeBytes / 1e6).toFixed(1)} MB`,
  ]);
  const problems = outcomes.flatMap(({ board, problem }) =>
    problem === undefined ? [] : [`${board}: ${inOneLine(problem)}`],
  );
  const table = formatTable([["board", "verdict", "time", "size"], ...rows]);
  return [...table, ...(problems.length > 0 ? ["", ...problems] : []), ""].join("\n");
}

/** A problem's first line; of a command that failed, the last thing that it said as well. */
function inOneLine(problem: string): string {
  const [first = "", ...others] = problem.split("\n");
  const said = others.findLast((line) => line.startsWith("  | "))?.slice("  | ".length);
  return said === undefined ? first : `${first} ${said}`;
}

/** How many of something may run at the same time on this machine. */
export function lanesFor({ cores, memoryMiB }: { cores: number; memoryMiB: number }): number {
  const byMemory = Math.floor(totalmem() / 1024 / 1024 / memoryMiB);
  return Math.max(1, Math.min(Math.floor(availableParallelism() / cores), byMemory));
}
