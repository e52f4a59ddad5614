import test from "ava";
import { renderJunit } from "../../build/report/render-junit.ts";
import { assertGolden } from "../golden.ts";
import { report } from "./fixture.ts";

test("each firmware is a suite, and a claim whose control did not fail is a failure", async (t) => {
  await assertGolden(t, "report/junit.xml", renderJunit(report));
});

test("what a console printed becomes characters that XML allows", (t) => {
  const claims = report.claims.map((claim) => ({ ...claim, observed: "\u0007bell \u001B[31mred\uFFFF" }));
  const xml = renderJunit({ ...report, claims });
  t.true(xml.includes("�bell �[31mred�"));
});
