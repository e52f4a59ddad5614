import test from "ava";
import type { Board } from "../../build/config/board.ts";
import { findOverruns, planBudget, type Part } from "../../build/image/budget.ts";
import { formatOf } from "../../build/image/formats.ts";
import { planMemory } from "../../build/plan/memory.ts";
import { board, richSite } from "../setups.ts";

const MiB = 1024 * 1024;

const part = (from: string, sizeMiB: number, on: Part["on"] = "root"): Part => ({
  from,
  on,
  bytes: 3 * sizeMiB * MiB,
  packedBytes: sizeMiB * MiB,
});

const parts = [
  ...["a", "b", "c", "d", "e"].map((from, index) => part(from, 20 - index)),
  part("light", 1),
  part("kernel", 12, "boot"),
];

/** What is over budget on x86-64, after changes, with lists of so many entries. */
function overruns(changes: Partial<Board>, image: Partial<Board["image"]> = {}, listEntries = 0): string[] {
  const changed = { ...board, ...changes, image: { ...board.image, ...image } };
  const memory = planMemory(changed, richSite, listEntries);
  const budget = planBudget(changed, formatOf(changed).layout(changed), parts, memory);
  return findOverruns(changed, budget).map(({ path, fact, hint }) => `${path}: ${fact} (${hint})`);
}

test("what fits isn't refused; what doesn't is, with by how much and the five that weigh most", (t) => {
  t.deepEqual(overruns({}), []);
  t.deepEqual(overruns({}, { rootMiB: 80 }), [
    "/image/rootMiB: is 80 MiB, 9 MiB too little (heaviest: a 21.0 MB, b 19.9 MB, c 18.9 MB, d 17.8 MB, e 16.8 MB)",
  ]);
  t.deepEqual(overruns({}, { bootMiB: 10 }), [
    "/image/bootMiB: is 10 MiB, 2 MiB too little (heaviest: kernel 12.6 MB)",
  ]);
});

test("what is over by less than the estimate may be wrong is left to be packed", (t) => {
  t.deepEqual(overruns({}, { rootMiB: 89 }), [], "estimated: 91 MiB");
});

test("storage that is too small for the partitions is refused", (t) => {
  t.regex(overruns({ storageMiB: 800 })[0] ?? "", /^\/storageMiB: is 800 MiB, 35 MiB too little/);
});

test("RAM that is too little for a site's lists is refused, and without them it is enough", (t) => {
  t.deepEqual(overruns({ memoryMiB: 160 }), []);
  t.deepEqual(overruns({ memoryMiB: 256 }, {}, 1_000_000), []);
  t.regex(
    overruns({ memoryMiB: 160 }, {}, 1_500_000)[0] ?? "",
    /^\/memoryMiB: is 160 MiB, \d+ MiB too little for this site \(most is for: the site's lists 6\d MiB, /,
  );
});

test("parts are ranked by what they take, and slot B is as full as slot A", (t) => {
  const { parts: ranked, partitions } = planBudget(
    board,
    formatOf(board).layout(board),
    parts.toReversed(),
    planMemory(board, richSite, 0),
  );
  t.deepEqual(
    ranked.map(({ from }) => from),
    ["a", "b", "c", "d", "e", "kernel", "light"],
  );
  const takenOf = (name: string) => partitions.find((room) => room.name === name)?.takenBytes;
  t.is(takenOf("root-a"), 91 * MiB);
  t.is(takenOf("root-b"), takenOf("root-a"));
});
