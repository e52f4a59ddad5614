import { createHash } from "node:crypto";
import { mkdir, rename, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { loadSite } from "../../build/config/site.ts";
import { InputError } from "../../build/core/faults.ts";
import { makePlan } from "../../build/plan/plan.ts";
import { board } from "../setups.ts";
import { siteFile, sound } from "./site-faults.ts";

const withPolicy = (policy: object) => ({ ...sound, policy });
const lists = { ads: { file: "lists/ads.txt" }, local: { onRouter: "blocked.txt" } };

/** All faults, as they are shown, but for the folder. */
async function faultsOf(t: ExecutionContext, file: string): Promise<string[]> {
  const error = await t.throwsAsync(loadSite(file), { instanceOf: InputError });
  return error.message.replaceAll(`${dirname(file)}/`, "").split("\n");
}

test("files are found beside the site, with what is in them, and called what they are in a set-up", async (t) => {
  const file = await siteFile(t, withPolicy({ lists, blockPage: "page.html" }), {
    "lists/ads.txt": "ads.example\n",
    "page.html": "<p>{{rule}}, {{ time }}</p>\n",
  });
  const { site, files } = await loadSite(file);
  t.is(site.policy.blockPage, "block-page.html");
  t.is(site.policy.lists["ads"]?.file, "lists/ads");
  t.is(site.policy.lists["local"]?.file, undefined);
  const sha256 = createHash("sha256").update("ads.example\n").digest("hex");
  t.deepEqual(files[1], {
    name: "lists/ads",
    sha256,
    sizeBytes: 12,
    source: join(dirname(file), "lists/ads.txt"),
  });
  t.is(files[0]?.name, "block-page.html");
  t.is(files.length, 2);
});

test("a site elsewhere that calls its files otherwise is the same site, and comes to the same plan", async (t) => {
  const beside = (name: string) => ({ [name]: "ads.example\n" });
  const one = await siteFile(
    t,
    withPolicy({ lists: { ads: { file: "lists/ads.txt" } } }),
    beside("lists/ads.txt"),
  );
  const other = await siteFile(t, withPolicy({ lists: { ads: { file: "x/other" } } }), beside("x/other"));
  const [a, b] = [await loadSite(one), await loadSite(other)];
  t.deepEqual(a.site, b.site);
  t.deepEqual(makePlan(board, a.site, a.files), makePlan(board, b.site, b.files));
});

test("a file outside of the site's folder is found, by a path or a link", async (t) => {
  const file = await siteFile(t, withPolicy({ lists }), { "lists/ads.txt": "ads.example\n" });
  const folder = dirname(file);
  const absolute = await siteFile(t, withPolicy({ lists: { ads: { file: join(folder, "lists/ads.txt") } } }));
  await t.notThrowsAsync(loadSite(absolute));
  await rename(join(folder, "lists/ads.txt"), join(folder, "elsewhere"));
  await symlink("../elsewhere", join(folder, "lists/ads.txt"));
  await t.notThrowsAsync(loadSite(file));
});

test("every file that can't be used is told in one run", async (t) => {
  const of = (name: string) => ({ file: name });
  const file = await siteFile(
    t,
    withPolicy({
      blockPage: "page.html",
      lists: { missing: of("a.txt"), folder: of("b"), latin: of("c.txt"), beneath: of("c.txt/d") },
    }),
    { "page.html": "x".repeat(16 * 1024 + 1), "c.txt": Buffer.from("b\xfccher.example\n", "latin1") },
  );
  await mkdir(join(dirname(file), "b"));
  t.deepEqual(await faultsOf(t, file), [
    "site.yaml: /policy/blockPage: has 16385 bytes: page.html (at most 16384)",
    "site.yaml: /policy/lists/missing/file: no such file: a.txt (paths begin at the site file's folder)",
    "site.yaml: /policy/lists/folder/file: is a folder: b (name a file of text)",
    "site.yaml: /policy/lists/latin/file: is not UTF-8: c.txt (convert it: iconv -f latin1 -t utf8)",
    "site.yaml: /policy/lists/beneath/file: can't be read (ENOTDIR): c.txt/d (paths begin at the site file's folder)",
  ]);
});

test("a place on the block page that nothing fills in is told", async (t) => {
  const file = await siteFile(t, withPolicy({ blockPage: "page.html" }), {
    "page.html": "{{rule}} {{user}}",
  });
  t.deepEqual(await faultsOf(t, file), [
    "site.yaml: /policy/blockPage: has {{user}}, which isn't filled in (there are {{rule}} and {{time}})",
  ]);
});

test("lines that the proxy couldn't read are told by file and line, or by their place in the site", async (t) => {
  const file = await siteFile(
    t,
    withPolicy({
      lists: {
        ads: { file: "ads.txt", format: "domains" },
        few: { entries: ["good.example", "not a domain"], format: "domains" },
      },
      rules: [
        { name: "one", action: "block", lists: ["ads"], domains: ["a.example", "??"], urls: ["/path"] },
      ],
    }),
    { "ads.txt": "# comment\nads.example\nbad_line!\nmore.example\na..example\n" },
  );
  t.deepEqual(await faultsOf(t, file), [
    'site.yaml: /policy/lists/few/entries/1: is no domain: "not a domain"',
    'site.yaml: /policy/rules/0/domains/1: is no domain: "??"',
    'site.yaml: /policy/rules/0/urls/0: is no host with the beginning of a path: "/path"',
    'ads.txt:3: is no domain: "bad_line!"',
    'ads.txt:5: is no domain: "a..example"',
  ]);
});

test("of very many lines that can't be read the first are told, and how many there are besides", async (t) => {
  const file = await siteFile(t, withPolicy({ lists: { ads: { file: "ads.txt", format: "domains" } } }), {
    "ads.txt": "?\n".repeat(60),
  });
  const faults = await faultsOf(t, file);
  t.is(faults.length, 51);
  t.is(faults[50], "site.yaml: /policy/lists: has 10 more lines at fault");
});

test("what may stand in a file and is skipped there is counted, and is wrong in the site itself", async (t) => {
  const text = "[Adblock Plus]\n||ads.example^\n||cdn.example^$script\nnews.example##.banner\n";
  const file = await siteFile(t, withPolicy({ lists: { ads: { file: "ads.txt" } } }), { "ads.txt": text });
  t.deepEqual((await loadSite(file)).lists, [
    { list: "ads", names: 1, patternsAndUrls: 0, skipped: { "has options": 1, "hides elements": 1 } },
  ]);
  const entries = text.trim().split("\n");
  t.deepEqual(await faultsOf(t, await siteFile(t, withPolicy({ lists: { ads: { entries } } }))), [
    "site.yaml: /policy/lists/ads/entries/2: has options: nothing can be judged by that",
    "site.yaml: /policy/lists/ads/entries/3: hides elements: nothing can be judged by that",
  ]);
});
