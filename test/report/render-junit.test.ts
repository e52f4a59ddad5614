import test from "ava";
import { renderJunit } from "../../build/report/render-junit.ts";
import { assertGolden } from "../golden.ts";
import { report } from "./fixture.ts";
import { matrixReport } from "./matrix-fixture.ts";

test("each firmware is a suite, and a claim whose control did not fail is a failure", async (t) => {
  await assertGolden(t, "report/junit.xml", renderJunit(report));
});

test("each set-up of the matrix is a suite of its own", async (t) => {
  const claims = matrixReport.claims.filter(
    ({ id, setup }) => setup !== undefined && /\/(no-escape|reload|guard|equivalence)$/.test(id),
  );
  await assertGolden(t, "report/junit-matrix.xml", renderJunit({ ...matrixReport, claims }));
});

test("no two cases have the same class name", (t) => {
  const names = [...renderJunit(matrixReport).matchAll(/classname="([^"]*)"/g)].map(([, name]) => name);
  t.is(new Set(names).size, matrixReport.claims.length);
});

test("what a console printed becomes characters that XML allows", (t) => {
  const claims = report.claims.map((claim) => ({ ...claim, observed: "\u0007bell \u001B[31mred\uFFFF" }));
  const xml = renderJunit({ ...report, claims });
  t.true(xml.includes("�bell �[31mred�"));
});
