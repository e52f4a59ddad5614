import { styleText } from "node:util";
import { groupClaims, type ClaimGroup } from "./groups.ts";
import type { Claim, Figure, Report, Status } from "./report.ts";
import { claimVerdict, reportVerdict } from "./verdict.ts";
import {
  controlWords,
  firmwareNames,
  formatDuration,
  formatQuantity,
  headline,
  isWithinLimit,
  marks,
} from "./wording.ts";

const colors = { passed: "green", failed: "red", skipped: "yellow" } as const;

/** Colours a text by what it says; the width on screen stays. */
type Paint = (status: Status, text: string) => string;

/**
 * The report for people at a console: every claim with its runs and controls, figures against their
 * limits, and the verdict last. In colour where stdout is a terminal that has it (NO_COLOR is obeyed).
 */
export function formatSummary(report: Report, inColor = process.stdout.hasColors?.() ?? false): string {
  const paint: Paint = (status, text) =>
    inColor ? styleText(colors[status], text, { validateStream: false }) : text;
  const firmwares = [...new Set(report.claims.map(({ firmware }) => firmware))];
  const groups = groupClaims(report.claims);
  const verdict = reportVerdict(report);
  return [
    [report.board, report.site, report.mode, report.dialect].join(" · "),
    "",
    ...table([
      ["", ...firmwares.map((firmware) => firmwareNames[firmware]), "control", "claim"],
      ...groups.map((group) => claimRow(group, firmwares)),
    ]).flatMap((line, index) => colorRow(line, groups[index - 1], paint)),
    "",
    ...table(report.figures.map(figureRow)).map((line, index) => {
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

function explain({ status, observed, control }: Claim): string[] {
  const claim = status === "passed" ? [] : [observed];
  return control.status === "failed"
    ? [...claim, `control ${control.title}: ${controlWords.failed}: ${control.observed}`]
    : claim;
}

function figureRow(figure: Figure): string[] {
  const { title, value, unit, atMost } = figure;
  const quantity = formatQuantity(value, unit);
  if (atMost === undefined) return ["", title, quantity, ""];
  const mark = marks[isWithinLimit(figure) ? "passed" : "failed"];
  return [mark, title, quantity, `at most ${formatQuantity(atMost, unit)}`];
}

/** Pads every column to its widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
