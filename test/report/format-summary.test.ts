import { stripVTControlCharacters } from "node:util";
import test from "ava";
import { formatSummary } from "../../build/report/format-summary.ts";
import { assertGolden } from "../golden.ts";
import { report } from "./fixture.ts";
import { matrixReport } from "./matrix-fixture.ts";

test("the summary lists claims with runs and controls, figures with limits, and ends with the verdict", async (t) => {
  await assertGolden(t, "report/summary.txt", formatSummary(report, false));
});

test("colours change nothing but colour", (t) => {
  for (const each of [report, matrixReport]) {
    const colored = formatSummary(each, true);
    t.not(colored, formatSummary(each, false));
    t.is(stripVTControlCharacters(colored), formatSummary(each, false));
  }
});

test("the matrix is a table of marks with a legend, and tells of the failed claims only", async (t) => {
  await assertGolden(t, "report/summary-matrix.txt", formatSummary(matrixReport, false));
});

test("the matrix stays within 110 columns, at the cost of long names", (t) => {
  const claims = matrixReport.claims.map((claim) => ({
    ...claim,
    id: `${claim.id}-${"as-long-as-it-gets-".repeat(4)}`,
  }));
  const lines = formatSummary({ ...matrixReport, claims }, false).split("\n");
  const rows = lines.filter((line) => /^[✓✗–] [a-z]/.test(line) && line.includes("✓✓"));
  t.is(rows.length, 25);
  for (const row of rows) t.true(row.length <= 110, `${row.length}: ${row}`);
  for (const row of rows) t.true(row.includes("… "), row);
});
