import test from "ava";
import type { Lane } from "../../../qemu/lab.ts";
import { expectEqual, expectThat, judge, type Scenario } from "../../../qemu/scenarios/scenario.ts";
import { scenarios, scenariosWithPowerCuts } from "../../../qemu/scenarios/index.ts";

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
  const ids = [...scenarios, ...scenariosWithPowerCuts].map(({ id }) => id);
  t.is(new Set(ids).size, ids.length);
  t.is(ids.length, 8);
});
