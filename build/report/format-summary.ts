import { formatMatrix } from "./format-matrix.ts";
import { groupClaims, type ClaimGroup } from "./groups.ts";
import { siteClaims } from "./matrix.ts";
import { choosePaint, type Paint } from "./paint.ts";
import type { Claim, Figure, Report } from "./report.ts";
import { formatTable } from "./text-table.ts";
import { claimVerdict, reportVerdict } from "./verdict.ts";
import {
  explain,
  firmwareNames,
  formatDuration,
  formatQuantity,
  headline,
  isWithinLimit,
  marks,
} from "./wording.ts";

/**
 * The report for people at a console: every claim with its runs and controls, the matrix of set-ups,
 * figures against their limits, and the verdict last. In colour where stdout is a terminal that has it (NO_COLOR is obeyed).
 */
export function formatSummary(report: Report, inColor = process.stdout.hasColors?.() ?? false): string {
  const paint = choosePaint(inColor);
  const ownClaims = siteClaims(report.claims);
  const firmwares = [...new Set(ownClaims.map(({ firmware }) => firmware))];
  const groups = groupClaims(ownClaims);
  const verdict = reportVerdict(report);
  return [
    [report.board, report.site, report.mode, report.dialect].join(" · "),
    ...(report.facts.length > 0
      ? [report.facts.map(({ label, value }) => `${label}: ${value}`).join(" · ")]
      : []),
    "",
    ...formatTable([
      ["", ...firmwares.map((firmware) => firmwareNames[firmware]), "control", "claim"],
      ...groups.map((group) => claimRow(group, firmwares)),
    ]).flatMap((line, index) => colorRow(line, groups[index - 1], paint)),
    "",
    ...formatMatrix(report.claims, paint),
    ...formatTable(report.figures.map(figureRow)).map((line, index) => {
      const figure = report.figures[index];
      return figure === undefined || isWithinLimit(figure) ? line : paint("failed", line);
    }),
    ...(report.figures.length > 0 ? [""] : []),
    ...report.notProven.map((sentence) => `not proven: ${sentence}`),
    paint(verdict, `${marks[verdict]} ${headline(report)}`),
    "",
  ].join("\n");
}

function claimRow({ title, verdict, runs }: ClaimGroup, firmwares: readonly Claim["firmware"][]): string[] {
  const cells = firmwares.map((firmware) => {
    const run = runs.find((candidate) => candidate.firmware === firmware);
    if (run === undefined) return "";
    return run.status === "skipped" ? marks.skipped : `${marks[run.status]} ${formatDuration(run.ms)}`;
  });
  return [marks[verdict], ...cells, runs.map(({ control }) => marks[control.status]).join(" "), title];
}

/** A claim's line in its colour, and below it what was seen where it doesn't hold. */
function colorRow(line: string, group: ClaimGroup | undefined, paint: Paint): string[] {
  if (group === undefined) return [line];
  const details = group.runs.flatMap((run) =>
    claimVerdict(run) === "passed"
      ? []
      : explain(run).map((text) => `   ${firmwareNames[run.firmware]}: ${text}`),
  );
  return [paint(group.verdict, line), ...details];
}

function figureRow(figure: Figure): string[] {
  const { title, value, unit, atMost } = figure;
  const quantity = formatQuantity(value, unit);
  if (atMost === undefined) return ["", title, quantity, ""];
  const mark = marks[isWithinLimit(figure) ? "passed" : "failed"];
  return [mark, title, quantity, `at most ${formatQuantity(atMost, unit)}`];
}
