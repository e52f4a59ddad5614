import test from "ava";
import { renderHtml } from "../../build/report/render-html.ts";
import type { Report } from "../../build/report/report.ts";
import { report } from "./fixture.ts";

const html = renderHtml(report);

/** The list item of one claim. */
function claimItem(page: string, name: string): string {
  return page.slice(page.indexOf(`<li id="claim/${name}"`)).split('<li id="')[1] ?? "";
}

test("the page opens with the verdict, in its title as well", (t) => {
  t.regex(html, /<title>✗ 2 of 10 claims fail, 1 not tried: x86-64, example<\/title>/);
  t.true(html.indexOf("<h1>") < html.indexOf("<h2"));
  t.regex(html, /<header class="failed">/);
});

test("it says what was tested: board, site, mode, dialect, image and plan", (t) => {
  const { board, site, mode, dialect, planHash, image } = report;
  for (const fact of [board, site, mode, dialect, planHash, image.file, image.sha256])
    t.true(html.includes(fact), fact);
});

test("what machines said is escaped wherever it is shown", (t) => {
  const evil = '<script>alert("x")</script>';
  const page = renderHtml({
    ...report,
    ...{ board: evil, site: evil, notProven: [evil], proven: [evil] },
    topology: { ...report.topology, clients: [{ name: evil, address: evil }] },
    claims: report.claims.map(({ control, ...rest }) => ({
      ...rest,
      ...{ title: evil, observed: evil, control: { ...control, title: evil, observed: evil } },
    })),
    evidence: [{ title: evil, file: evil }],
    facts: [{ label: evil, value: evil }],
  });
  t.false(page.includes("<script"));
  t.true(page.includes("&lt;script&gt;"));
  t.true(html.includes("3.4 s: &lt;exit 137&gt; &amp; &quot;respawn&quot;"));
});

test("it needs nothing but itself: no script, no address elsewhere, no file but its links", (t) => {
  t.notRegex(html, /<script|<link|<img|<iframe|@import|url\(|https?:|\ssrc=/);
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
  t.deepEqual(links, [...["#figures", report.image.file], ...report.evidence.map(({ file }) => file)]);
});

test("a claim whose control did not fail is shown as failed, with what the control observed", (t) => {
  const item = claimItem(html, "no-escape");
  t.regex(item, /class="failed"/);
  t.regex(item, /UEFI <b>✗<\/b>/);
  t.regex(item, /not confirmed, so the claim proves nothing:<\/span> no SYN at all was seen/);
});

test("each claim shows its title, what was observed, its control and its times", (t) => {
  for (const { id, title, observed, control, ms, status } of report.claims) {
    const item = claimItem(html, id.replace(/^.*\//, ""));
    t.true(item.includes(escaped(title)), title);
    t.true(item.includes(escaped(observed)), observed);
    t.true(item.includes(escaped(control.title)), control.title);
    if (status !== "skipped" && ms < 60_000) t.true(item.includes(`${(ms / 1000).toFixed(1)} s`), id);
  }
});

test("every address is in the picture and in the list for readers who don't see it", (t) => {
  const { ispRouter, router, clients, origins } = report.topology;
  for (const address of [ispRouter, router, ...[...clients, ...origins].map((machine) => machine.address)]) {
    t.is(html.split(`>${address}<`).length - 1, 2, address);
  }
});

test("a figure over its limit says by how much, and the bar is marked where the limit is", (t) => {
  t.true(html.includes("<b>over by 3 s</b>"));
  t.regex(html, /class="bar failed"[^]*?width:100%[^]*?left:83.1%/);
  t.regex(html, /Over its limit: <a href="#figures">Firmware to proxy listening, UEFI<\/a>/);
});

test("facts about the site are near the head, and without any there is no list of them", (t) => {
  const facts = [{ label: "IPv6", value: "dropped <all>" }];
  t.regex(
    renderHtml({ ...report, facts }),
    /<dt>IPv6<\/dt><dd>dropped &lt;all&gt;<\/dd>[^]*<dl class="identity">/,
  );
  t.notRegex(html, /<dl class="facts">/);
});

test("a report without claims, figures or evidence is still a page, and no pass", (t) => {
  const empty: Report = { ...report, claims: [], figures: [], evidence: [], proven: [], notProven: [] };
  t.regex(renderHtml(empty), /<h1>.*Nothing was proven<\/h1>/);
});

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#x27;");
}
