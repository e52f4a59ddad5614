import test from "ava";
import type { Claim, Status } from "../../build/report/report.ts";
import { claimVerdict, reportVerdict, tallyClaims } from "../../build/report/verdict.ts";
import { headline } from "../../build/report/wording.ts";
import { report } from "./fixture.ts";
import { matrixReport } from "./matrix-fixture.ts";

function claim(status: Status, control: Status): Claim {
  return {
    ...{ id: "bios/x", title: "x", firmware: "bios", status, observed: "", ms: 0 },
    control: { title: "", status: control, observed: "" },
  };
}

test("a claim that passes with a control that did not fail is a failed claim", (t) => {
  t.is(claimVerdict(claim("passed", "failed")), "failed");
  t.is(claimVerdict(claim("passed", "passed")), "passed");
});

test("a claim that fails is failed, whatever its control did", (t) => {
  for (const control of ["passed", "failed", "skipped"] as const) {
    t.is(claimVerdict(claim("failed", control)), "failed");
  }
});

test("claims are counted by verdict, not by status", (t) => {
  t.deepEqual(tallyClaims(report.claims), { passed: 7, failed: 2, skipped: 1 });
});

test("a report fails with its first failed claim and is no pass without any proof", (t) => {
  const verdictOf = (...claims: Claim[]) => reportVerdict({ ...report, claims });
  t.is(verdictOf(claim("passed", "passed"), claim("failed", "passed")), "failed");
  t.is(verdictOf(claim("passed", "passed"), claim("skipped", "skipped")), "passed");
  t.is(verdictOf(claim("skipped", "skipped")), "skipped");
  t.is(verdictOf(), "skipped");
});

test("the headline says how many hold, fail and were not tried", (t) => {
  const headlineOf = (...claims: Claim[]) => headline({ ...report, claims });
  t.is(headline(report), "2 of 10 claims fail, 1 not tried");
  t.is(headlineOf(claim("passed", "passed")), "The one claim holds");
  t.is(headlineOf(claim("passed", "passed"), claim("passed", "passed")), "All 2 claims hold");
  t.is(headlineOf(claim("passed", "passed"), claim("failed", "passed")), "1 of 2 claims fails");
  t.is(headlineOf(claim("passed", "passed"), claim("skipped", "skipped")), "1 of 2 claims hold, 1 not tried");
  t.is(headlineOf(), "Nothing was proven");
});

test("with a matrix the headline counts all claims, and says in how many set-ups", (t) => {
  const passing = matrixReport.claims.filter((each) => claimVerdict(each) === "passed");
  t.is(headline(matrixReport), "4 of 201 claims in 10 set-ups fail, 2 not tried");
  t.is(headline({ ...matrixReport, claims: passing }), "All 195 claims in 10 set-ups hold");
});
