import test from "ava";
import { arrangeMatrix, countSetups, siteClaims } from "../../build/report/matrix.ts";
import type { Claim } from "../../build/report/report.ts";
import { report } from "./fixture.ts";
import { matrixReport } from "./matrix-fixture.ts";

const own = { mode: "half-bridge", dialect: "legacy" };

test("columns are grouped by mode, dialects in one order everywhere and what spans both last", (t) => {
  const { modes, setups } = arrangeMatrix([
    ...[claim("a", "legacy", "x"), claim("a", "both", "y"), claim("b", "nft", "x")],
    ...[claim("a", "nft", "x"), claim("b", "legacy", "x")],
  ]);
  t.deepEqual(modes, [
    { mode: "a", dialects: ["legacy", "nft", "both"] },
    { mode: "b", dialects: ["legacy", "nft"] },
  ]);
  t.is(setups.length, 5);
});

test("a claim is a row, with the run of each set-up in its column and null where it does not apply", (t) => {
  const [x, y] = [claim("a", "nft", "x"), claim("b", "legacy", "y")];
  const { rows } = arrangeMatrix([x, y]);
  t.deepEqual(
    rows.map(({ name, cells }) => [name, ...cells]),
    [
      ["x", x, null],
      ["y", null, y],
    ],
  );
});

test("the site's own claims are not in the matrix", (t) => {
  t.deepEqual(arrangeMatrix(report.claims).rows, []);
  t.deepEqual(siteClaims(matrixReport.claims), report.claims);
});

test("the site's own set-up counts once, one that was not tried does not, nor does 'both'", (t) => {
  const skipped: Claim = { ...claim("b", "nft", "x"), status: "skipped" };
  t.is(countSetups(own, report.claims), 1);
  t.is(countSetups(own, [...report.claims, claim("half-bridge", "legacy", "x")]), 1);
  t.is(countSetups(own, [...report.claims, claim("a", "nft", "x"), claim("a", "both", "y"), skipped]), 2);
});

function claim(mode: string, dialect: string, name: string): Claim {
  return {
    ...{ id: `${mode}/${dialect}/${name}`, title: name, firmware: "bios", setup: { mode, dialect } },
    ...{ status: "passed", observed: "", control: { title: "", status: "passed", observed: "" }, ms: 0 },
  };
}
