import test from "ava";
import { readBoardByName } from "../../../build/config/board.ts";
import { readSite, type Site } from "../../../build/config/site.ts";
import { makePlan } from "../../../build/plan/plan.ts";
import type { Lane } from "../../../qemu/lab.ts";
import { expectEqual, expectThat, judge, type Scenario } from "../../../qemu/scenarios/scenario.ts";
import {
  matrixScenarios,
  onceScenarios,
  scenarios,
  scenariosWithPowerCuts,
  timedScenarios,
} from "../../../qemu/scenarios/index.ts";

const own = [...timedScenarios, ...scenarios, ...scenariosWithPowerCuts];
const matrix = [...matrixScenarios, ...onceScenarios];

const lanes = [{} as Lane] as const;

const holding: Scenario = {
  id: "doors",
  title: "Doors open",
  prove: () => Promise.resolve("it opened"),
  control: { title: "locked, they don't", refute: () => Promise.resolve("it stayed shut") },
};

test("a claim that holds, and whose control fails it, has passed", async (t) => {
  t.like(await judge(holding, { prefix: "bios", firmware: "bios" }, lanes), {
    id: "bios/doors",
    status: "passed",
    observed: "it opened",
    control: { title: "locked, they don't", status: "passed", observed: "it stayed shut" },
  });
});

test("a claim that doesn't hold has failed, and its control is left out", async (t) => {
  const claim = await judge(
    { ...holding, prove: () => Promise.reject(new Error("stuck")) },
    { prefix: "uefi", firmware: "uefi" },
    lanes,
  );
  t.like(claim, { status: "failed", observed: "stuck", control: { status: "skipped" } });
});

test("a control that makes no difference has failed", async (t) => {
  const refute = () => Promise.reject(new Error("it opened all the same"));
  const claim = await judge(
    { ...holding, control: { title: "locked", refute } },
    { prefix: "bios", firmware: "bios" },
    lanes,
  );
  t.like(claim, { status: "passed", control: { status: "failed", observed: "it opened all the same" } });
});

test("what differs is told with what was expected", (t) => {
  t.throws(() => expectEqual("open ports", ["tcp 80"], []), {
    message: 'open ports: expected [], saw ["tcp 80"]',
  });
  t.notThrows(() => expectEqual("open ports", [], []));
  t.throws(() => expectThat("no SYN was seen", false), { message: "no SYN was seen" });
});

test("claims have names of their own", (t) => {
  const ids = new Set([...own, ...matrix].map(({ id }) => id));
  t.is(ids.size, new Set([...own, ...matrix]).size);
  t.is(new Set(own.map(({ id }) => id)).size, own.length);
  t.is(new Set(matrix.map(({ id }) => id)).size, matrix.length);
});

test("what a site promises is proven, whatever it chooses: both switches, both fail modes, every choice of IPv6", async (t) => {
  const base = await readSite("sites/example.yaml");
  const board = await readBoardByName("x86-64");
  const idsFor = (change: Partial<Site>): string[] => {
    const plan = makePlan(board, { ...base, ...change });
    return matrix.filter(({ appliesTo }) => appliesTo?.(plan) ?? true).map(({ id }) => id);
  };
  const captured = ["client-address", "nothing-slips-past", "fragments", "counters"];
  t.deepEqual(
    captured.filter((id) => !idsFor({}).includes(id)),
    [],
  );
  t.true(idsFor({ failMode: "closed" }).includes("fail-closed"));
  t.true(idsFor({ failMode: "open" }).includes("fail-open"));
  for (const [transparency, id] of [
    [{ client: true, server: false }, "router-address"],
    [{ client: false, server: true }, "asked-as-client"],
    [{ client: false, server: false }, "asked-as-router"],
  ] as const) {
    t.true(idsFor({ transparency }).includes(id), id);
    t.false(idsFor({ transparency }).includes("client-address"), id);
  }
  t.true(idsFor({ ipv6: { handling: "block" } }).includes("ipv6-blocked"));
  t.true(idsFor({ ipv6: { handling: "bridge" } }).includes("ipv6-bridged"));
  t.true(idsFor({ mode: "bridge-dnat" }).includes("bridged-frames"));
  t.false(idsFor({ mode: "proxy-arp" }).includes("bridged-frames"));
});
