import { arrangeMatrix, type MatrixClaim, type MatrixRow } from "./matrix.ts";
import type { Claim } from "./report.ts";
import { claimVerdict } from "./verdict.ts";
import { controlWords, firmwareNames, formatDuration, marks, nameSetup } from "./wording.ts";

/** What the template shows of the matrix: the table, and below it each claim with its runs. */
export function viewMatrix(claims: readonly Claim[]): object {
  const { modes, setups, rows } = arrangeMatrix(claims);
  const firmwares = rows.flatMap(({ runs }) => runs.map(({ firmware }) => firmwareNames[firmware]));
  return {
    firmwares: [...new Set(firmwares)].join(" and "),
    modes: modes.map(({ mode, dialects }) => ({ mode, span: dialects.length })),
    setups: setups.map(({ dialect }, index) => ({
      dialect,
      edge: startsMode(setups, index),
    })),
    rows: rows.map((row) => ({
      ...viewRow(row),
      cells: row.cells.map((run, index) => ({
        edge: startsMode(setups, index),
        run: run === null ? null : viewRun(run, row),
      })),
    })),
  };
}

/** Whether a column is its mode's first, so that a line can part it from the mode before. */
function startsMode(setups: readonly { readonly mode: string }[], index: number): boolean {
  return setups[index]?.mode !== setups[index - 1]?.mode;
}

function viewRow(row: MatrixRow): object {
  const { name, title, verdict, runs, cells } = row;
  const holding = runs.filter((run) => claimVerdict(run) === "passed").length;
  return {
    name,
    title,
    status: verdict,
    mark: marks[verdict],
    isOpen: verdict === "failed",
    holding: `${holding} of ${runs.length}`,
    control: sharedControl(row) ?? "",
    runs: cells.flatMap((run) => (run === null ? [] : [viewRun(run, row)])),
  };
}

function viewRun(run: MatrixClaim, row: MatrixRow): object {
  const { id, title, setup, status, observed, control, ms } = run;
  return {
    id,
    setup: nameSetup(setup),
    ownTitle: title === row.title ? "" : title,
    verdict: claimVerdict(run),
    status,
    mark: marks[status],
    duration: status === "skipped" ? "not tried" : formatDuration(ms),
    observed,
    control: viewControl(control, sharedControl(row) !== undefined),
  };
}

function viewControl({ title, status, observed }: Claim["control"], isShared: boolean): object {
  const word = controlWords[status];
  return { title: isShared ? "" : title, status, mark: marks[status], word, observed };
}

/** The control's title, when it is the same in every set-up. */
function sharedControl({ runs }: MatrixRow): string | undefined {
  const titles = new Set(runs.map(({ control }) => control.title));
  return titles.size === 1 ? [...titles][0] : undefined;
}
