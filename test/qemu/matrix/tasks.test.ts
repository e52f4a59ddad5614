import test from "ava";
import { readBoardByName } from "../../../build/config/board.ts";
import { readSite } from "../../../build/config/site.ts";
import { makePlan } from "../../../build/plan/plan.ts";
import { columnsOf, tasksOf, type Part } from "../../../qemu/matrix/tasks.ts";
import { planTopology } from "../../../qemu/topology.ts";

const plan = makePlan(await readBoardByName("x86-64"), await readSite("sites/example.yaml"));
const tasksFor = (part: Part) => tasksOf(columnsOf(part), plan, part, planTopology(plan.site));

test("a column promises each claim once, and runs the traffic script once", (t) => {
  const tasks = tasksFor({});
  const promises = tasks.flatMap(({ column, scenarios }) =>
    scenarios.map(({ id }) => `${column.way.label} ${column.dialect} ${id}`),
  );
  t.is(new Set(promises).size, promises.length);
  t.is(tasks.filter(({ compares }) => compares).length, columnsOf({}).length);
});

test("what takes longest comes first", (t) => {
  const lengths = tasksFor({}).map(({ scenarios }) => scenarios.length);
  t.deepEqual(
    lengths,
    lengths.toSorted((a, b) => b - a),
  );
});

test("a part leaves the rest out: another mode, another dialect, other claims", (t) => {
  const tasks = tasksFor({ mode: "proxy-arp", dialect: "nft", claim: "quic" });
  t.deepEqual(
    tasks.map(({ column, scenarios }) => [column.way.mode, column.dialect, scenarios.map(({ id }) => id)]),
    [["proxy-arp", "nft", ["quic"]]],
  );
  const comparisons = tasksFor({ mode: "bridge-dnat", claim: "same-in-both-dialects" });
  t.deepEqual(
    comparisons.map(({ column, compares }) => [column.dialect, compares]),
    [
      ["legacy", true],
      ["nft", true],
    ],
  );
});

test("what is no matter of the mode is proven in the first mode of any part, in either dialect", (t) => {
  for (const part of [{}, { mode: "bridge-broute" }]) {
    const columns = tasksFor(part)
      .filter(({ scenarios }) => scenarios.some(({ id }) => id === "port-returns"))
      .map(({ column }) => [column.way, column.dialect]);
    const [first] = columnsOf(part);
    t.deepEqual(columns, [
      [first?.way, "legacy"],
      [first?.way, "nft"],
    ]);
  }
});
