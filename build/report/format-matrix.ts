import { arrangeMatrix, bothDialects, matrixClaims, type Matrix, type MatrixRow } from "./matrix.ts";
import type { Paint } from "./paint.ts";
import type { Claim } from "./report.ts";
import { formatTable } from "./text-table.ts";
import { claimVerdict } from "./verdict.ts";
import { explain, marks, nameSetup } from "./wording.ts";

const maxWidth = 110;
/** What a name keeps, even where there are so many set-ups that lines grow too long by it. */
const minNameLength = 16;
const columnWidth = 3;

/**
 * The matrix for a console: a row a claim, a narrow column a set-up, whose heads the lines below
 * explain; then what was seen wherever a claim doesn't hold. Nothing when there is no matrix.
 */
export function formatMatrix(claims: readonly Claim[], paint: Paint): string[] {
  const matrix = arrangeMatrix(claims);
  const { rows } = matrix;
  if (rows.length === 0) return [];
  const table = formatTable([...headRows(matrix), ...rows.map((row) => claimRow(row, matrix))], " ");
  const failed = matrixClaims(claims).filter((claim) => claimVerdict(claim) === "failed");
  return [
    ...table.map((line, index) => {
      const row = rows[index - 2];
      return row === undefined ? line : paint(row.verdict, line);
    }),
    "",
    ...legend(matrix),
    "",
    ...failed.flatMap((claim) => [
      paint("failed", `${marks.failed} ${nameSetup(claim.setup)}: ${claim.title}`),
      ...explain(claim).map((line) => `   ${line}`),
    ]),
    ...(failed.length > 0 ? [""] : []),
  ];
}

/** A number over each mode's first column, and the dialects below. */
function headRows({ modes, setups }: Matrix): string[][] {
  const numbers = modes.flatMap(({ dialects }, mode) =>
    dialects.map((_, index) => (index === 0 ? `${mode + 1}` : "")),
  );
  return [
    ["", "", ...numbers],
    ["", "claim", ...setups.map(({ dialect }) => shortDialect(dialect))],
  ];
}

function claimRow({ verdict, name, cells }: MatrixRow, { setups }: Matrix): string[] {
  const room = Math.max(minNameLength, maxWidth - 2 - setups.length * (columnWidth + 1));
  const shortName = name.length > room ? `${name.slice(0, room - 1)}…` : name;
  return [
    marks[verdict],
    shortName,
    ...cells.map((cell) => (cell === null ? marks.skipped : pairMarks(cell))),
  ];
}

/** The claim's mark and its control's; the latter isn't tried where the claim fails. */
function pairMarks({ status, control }: Claim): string {
  const isTold = status !== "failed" || control.status !== "skipped";
  return marks[status] + (isTold ? marks[control.status] : "");
}

function legend({ modes, rows }: Matrix): string[] {
  const notTried = rows.some(({ runs }) => runs.some(({ status }) => status === "skipped"));
  const dialects = [...new Set(modes.flatMap((mode) => mode.dialects))]
    .filter((dialect) => shortDialect(dialect) !== dialect)
    .map((dialect) => `${shortDialect(dialect)} ${dialect === bothDialects ? "both dialects" : dialect}`);
  return [
    ...modes.map(({ mode }, index) => `  ${index + 1} ${mode}`),
    ...(dialects.length > 0 ? [`  ${dialects.join(", ")}`] : []),
    `  ✓✓ the claim and its control, – does not apply${notTried ? ", –– not tried" : ""}`,
  ];
}

function shortDialect(dialect: string): string {
  return dialect === bothDialects ? "l+n" : dialect.slice(0, columnWidth);
}
