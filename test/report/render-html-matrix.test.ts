import test from "ava";
import { arrangeMatrix, matrixClaims, type MatrixClaim } from "../../build/report/matrix.ts";
import { renderHtml } from "../../build/report/render-html.ts";
import type { Report, Status } from "../../build/report/report.ts";
import { report } from "./fixture.ts";
import { matrixReport } from "./matrix-fixture.ts";

const html = renderHtml(matrixReport);

/** The matrix with all combinations of marks, where no two runs took as long or said the same. */
const distinct: Report = {
  ...matrixReport,
  claims: matrixReport.claims.map((claim, index) => ({
    ...claim,
    ...{ status: pick(index), observed: `seen in trial ${index}.`, ms: index * 100 },
    control: {
      ...claim.control,
      status: pick(Math.floor(index / 3)),
      observed: `refuted in trial ${index}.`,
    },
  })),
};

test("each cell shows its own claim and set-up: marks of claim and control, time, and a link to the details", (t) => {
  const page = renderHtml(distinct);
  const { rows } = arrangeMatrix(distinct.claims);
  const shown = tableCells(page);
  t.is(shown.length, rows.length);
  for (const [row, { cells }] of rows.entries()) {
    t.deepEqual(shown[row], cells.map(expectedCell), rows[row]?.name ?? "");
  }
});

test("the heads name each mode over its dialects, and no column is there for what nobody claimed", (t) => {
  const head = /<thead>([^]*)<\/thead>/;
  const withoutBoth = matrixReport.claims.filter(({ setup }) => setup?.dialect !== "both");
  const [all, two] = [html, renderHtml({ ...matrixReport, claims: withoutBoth })].map(
    (page) => head.exec(page)?.[1] ?? "",
  );
  t.deepEqual(texts(all, /colspan="3" scope="colgroup">([^<]*)/g), [
    ...["half-bridge", "half-bridge, arp: bridge", "bridge-broute", "bridge-dnat", "proxy-arp"],
  ]);
  t.deepEqual(texts(all, /scope="col">([a-z]*)</g).slice(0, 4), ["legacy", "nft", "both", "legacy"]);
  t.deepEqual(texts(two, /scope="col">([a-z]*)</g).slice(0, 3), ["legacy", "nft", "legacy"]);
});

test("the details of a run hold what it and its control observed, and of no other", (t) => {
  const page = renderHtml(distinct);
  for (const { id, setup, observed, control } of matrixClaims(distinct.claims)) {
    const item = new RegExp(`<li id="${id}"[^]*?</li>`).exec(page)?.[0] ?? "";
    t.true(item.includes(setup.mode), id);
    t.deepEqual(texts(item, /(\w+ in trial \d+\.)/g), [observed, control.observed], id);
  }
});

test("failed claims are open and the others closed, with the control's title said once", (t) => {
  t.deepEqual(texts(html, /<details id="matrix\/([^"]*)"[^>]* open>/g), ["no-escape", "reload"]);
  t.is(texts(html, /(without the answering rule nobody answers)/g).length, 1);
});

test("titles that differ from set-up to set-up are all told", (t) => {
  const claims = matrixReport.claims.map((claim) =>
    claim.id === "proxy-arp/nft/ping"
      ? { ...claim, title: "Pings pass one way", control: { ...claim.control, title: "unplugged" } }
      : claim,
  );
  const page = renderHtml({ ...matrixReport, claims });
  t.regex(page, /<li id="proxy-arp\/nft\/ping"[^]*?Pings pass one way:[^]*?Control: unplugged<[^]*?<\/li>/);
  t.is(texts(page, /(Control: without forwarding none does)/g).length, 9);
});

test("no two things have the same anchor, and every link inside of the page leads somewhere", (t) => {
  const anchors = texts(html, / id="([^"]*)"/g);
  t.is(new Set(anchors).size, anchors.length);
  const links = texts(html, / href="#([^"]*)"/g);
  t.deepEqual(
    links.filter((link) => !anchors.includes(link)),
    [],
  );
});

test("the site's own claims stay by themselves, and without a matrix there is no section for one", (t) => {
  t.is(texts(html, /<li id="(claim\/[^"]*)"/g).length, 5);
  t.notRegex(renderHtml(report), /Every mode|<table/);
});

function pick(index: number): Status {
  return (["passed", "failed", "skipped"] as const)[index % 3] ?? "passed";
}

function tableCells(page: string): string[][] {
  const body = /<tbody>([^]*)<\/tbody>/.exec(page)?.[1] ?? "";
  return texts(body, /<tr>([^]*?)<\/tr>/g).map((row) =>
    texts(row, /<td([^]*?)<\/td>/g).map((cell) => {
      const link = /href="#([^"]*)"/.exec(cell)?.[1] ?? "none";
      const marks = texts(cell, /<b [^>]*>(.)<\/b>/g).join("");
      return [link, marks, /<small>(.*)<\/small>/.exec(cell)?.[1] ?? ""].join(" ");
    }),
  );
}

function expectedCell(claim: MatrixClaim | null): string {
  if (claim === null) return "none  ";
  const { id, status, control, ms } = claim;
  const mark = { passed: "✓", failed: "✗", skipped: "–" };
  const time = status === "skipped" ? "not tried" : `${(ms / 1000).toFixed(1)} s`;
  return `${id} ${mark[status]}${mark[control.status]} ${time}`;
}

function texts(page = "", pattern: RegExp): string[] {
  return [...page.matchAll(pattern)].map(([, text = ""]) => text);
}
