import test from "ava";
import { planMemory } from "../../build/plan/memory.ts";
import { board, richSite } from "../setups.ts";

const kernelOf = (memoryMiB: number) =>
  planMemory({ ...board, memoryMiB }, richSite, 0).needs.find(({ what }) => what === "kernel")?.MiB ?? 0;

test("what the kernel takes is as measured, within 2 MiB", (t) => {
  for (const [memoryMiB, totalMiB] of [
    [160, 116.7],
    [256, 212.5],
    [512, 464.1],
    [1024, 967.3],
  ] as const)
    t.true(Math.abs(memoryMiB - kernelOf(memoryMiB) - totalMiB) < 2, `${memoryMiB} MiB`);
});

test("needs and what is left come to all of it", (t) => {
  const { needs, leftMiB } = planMemory({ ...board, memoryMiB: 1024 }, richSite, 500_000);
  t.true(Math.abs(needs.reduce((sum, { MiB }) => sum + MiB, leftMiB) - 1024) < 0.001);
  t.true(needs.some(({ what }) => what === "the site's lists"));
});

test("squid's connections take more than Halfbridge's own, and none fit where nothing is left", (t) => {
  const own = planMemory(board, richSite, 0);
  const squid = planMemory(board, { ...richSite, proxy: { ...richSite.proxy, engine: "squid" } }, 0);
  t.true(own.connections > 5 * squid.connections);
  t.is(planMemory({ ...board, memoryMiB: 64 }, richSite, 0).connections, 0);
});
