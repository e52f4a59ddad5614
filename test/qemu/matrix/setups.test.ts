import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { readSite } from "../../../build/config/site.ts";
import { siteSchema } from "../../../build/config/site-schema.ts";
import { makePlan } from "../../../build/plan/plan.ts";
import { choices, choicesFor, dialects, siteFor, slugOf, ways } from "../../../qemu/matrix/setups.ts";
import { matrixScenarios } from "../../../qemu/scenarios/index.ts";
import { planTopology } from "../../../qemu/topology.ts";
import { board, twoLanPorts } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const base = await readSite("sites/example.yaml");
const topology = planTopology(base);
const sites = ways.flatMap((way) =>
  dialects.flatMap((dialect) => choices.map((choice) => siteFor(base, way, dialect, choice, topology))),
);

test("the matrix has every mode that a site can name, in both dialects, each set-up with a name of its own", (t) => {
  t.deepEqual(new Set(sites.map(({ mode }) => mode)), new Set(siteSchema.properties.mode.enum));
  t.deepEqual(new Set(sites.map(({ dialect }) => dialect)), new Set(["legacy", "nft"]));
  t.is(new Set(ways.map(slugOf)).size, ways.length);
});

test("in every set-up all four combinations of the switches, both fail modes and two choices of IPv6 come up", (t) => {
  for (const way of ways) {
    const own = sites.filter(({ mode, arp }) => mode === way.mode && arp === way.arp);
    t.is(new Set(own.map(({ transparency }) => JSON.stringify(transparency))).size, 4, way.label);
    t.is(new Set(own.map(({ failMode }) => failMode)).size, 2, way.label);
    t.true(new Set(own.map(({ ipv6 }) => ipv6.handling)).size >= 2, way.label);
  }
});

test("with squid the matrix has no set-up that squid can't do, and still every mode in both dialects", async (t) => {
  const squid = await readSite("sites/squid.yaml");
  const file = join(await temporaryFolder(t), "site.yaml");
  const own = ways.flatMap((way) =>
    dialects.flatMap((dialect) =>
      choicesFor(squid).map((choice) => siteFor(squid, way, dialect, choice, planTopology(squid))),
    ),
  );
  t.deepEqual(new Set(own.map(({ mode }) => mode)), new Set(siteSchema.properties.mode.enum));
  for (const site of own) {
    await writeFile(file, JSON.stringify(site));
    t.deepEqual(await readSite(file), site);
  }
});

test("no scenario of the matrix is without a set-up that promises it", (t) => {
  const plans = [board, twoLanPorts].flatMap((each) => sites.map((site) => makePlan(each, site)));
  for (const { id, appliesTo } of matrixScenarios) {
    t.true(
      plans.some((plan) => appliesTo?.(plan) ?? true),
      id,
    );
  }
});
