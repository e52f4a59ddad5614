import { stripVTControlCharacters } from "node:util";
import test from "ava";
import { formatSummary } from "../../build/report/format-summary.ts";
import { assertGolden } from "../golden.ts";
import { report } from "./fixture.ts";

test("the summary lists claims with runs and controls, figures with limits, and ends with the verdict", async (t) => {
  await assertGolden(t, "report/summary.txt", formatSummary(report, false));
});

test("colours change nothing but colour", (t) => {
  const colored = formatSummary(report, true);
  t.not(colored, formatSummary(report, false));
  t.is(stripVTControlCharacters(colored), formatSummary(report, false));
});
