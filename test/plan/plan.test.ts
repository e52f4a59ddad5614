import test from "ava";
import { readSite } from "../../build/config/site.ts";
import { makePlan } from "../../build/plan/plan.ts";
import { board, dialects, kinds, planOf, richSite } from "../setups.ts";

const site = await readSite("sites/example.yaml");

test("the same board and site give the same plan", (t) => {
  t.deepEqual(makePlan(board, structuredClone(site)), makePlan(structuredClone(board), site));
});

test("the order in which a site says its keys makes no difference", (t) => {
  const reversed = Object.fromEntries(Object.entries(site).toReversed()) as typeof site;
  t.is(makePlan(board, reversed).hash, makePlan(board, site).hash);
});

test("any difference gives another hash", (t) => {
  const hashes = [
    makePlan(board, site),
    makePlan(board, { ...site, capture: [...site.capture, { port: 8080, carries: "http" }] }),
    makePlan(board, { ...site, capture: [{ port: 80, carries: "raw" }] }),
    makePlan(board, { ...site, failMode: "open" }),
    makePlan({ ...board, memoryMiB: 512 }, site),
    ...Object.values(kinds).flatMap((kind) => dialects.map((dialect) => planOf({ ...kind, dialect }))),
  ].map(({ hash }) => hash);
  t.is(new Set(hashes).size, hashes.length);
});

const lists = { ads: { file: "lists/ads", entries: [], format: "auto" as const } };
const filtering: typeof site = { ...site, policy: { ...site.policy, lists } };
const ads = { name: "lists/ads", sha256: "00", sizeBytes: 12 };

test("what is in a site's files counts, and not where they lie", (t) => {
  const plan = makePlan(board, filtering, [ads]);
  t.deepEqual(plan.files, [ads]);
  const elsewhere = { ...ads, source: "/elsewhere/ads.txt" };
  t.deepEqual(makePlan(board, filtering, [elsewhere]), plan);
  t.not(makePlan(board, filtering, [{ ...ads, sha256: "01" }]).hash, plan.hash);
});

test("files that a site doesn't name are none of its plan, and one that it names has to be there", (t) => {
  t.deepEqual(makePlan(board, site, [ads]), makePlan(board, site));
  t.throws(() => makePlan(board, filtering, []), { message: /^lists\/ads: the site names it/ });
});

test("a plan of any kind is plain data", (t) => {
  for (const [name, kind] of Object.entries(kinds)) {
    const plan = planOf(kind);
    t.deepEqual(JSON.parse(JSON.stringify(plan)), plan, name);
  }
});

test("a model doesn't depend on the dialect, but for who answers ARP on a half bridge", (t) => {
  for (const [name, kind] of Object.entries(kinds)) {
    const [legacy, nft] = dialects.map((dialect) => planOf({ ...kind, dialect }).network);
    if (name === "half-bridge") t.notDeepEqual(legacy, nft);
    else t.deepEqual(legacy, nft, name);
  }
});

test("what a site says of its proxy and policy, its name or its console doesn't change the network", (t) => {
  const { network } = planOf({});
  const other = planOf({
    name: "other",
    console: "root-shell",
    proxy: { ...richSite.proxy, idleTimeoutSeconds: 1 },
    policy: { ...richSite.policy, default: "block" },
  });
  t.deepEqual(other.network, network);
});
