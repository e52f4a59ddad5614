import test from "ava";
import { reportRuns } from "../../build/cli/report-runs.ts";
import type { AnyPlan } from "../../build/plan/plan.ts";
import { board, kinds, planOf, twoLanPorts } from "../setups.ts";

const portsOf = (plan: AnyPlan) =>
  reportRuns(plan, [], { image: { file: "x.img", sha256: "0" }, proven: [], notProven: [], figures: [] })
    .topology.ports;

test("the router has its ports' own names in the picture, whatever joins them; of several the first and the last", (t) => {
  for (const changes of Object.values(kinds)) {
    t.deepEqual(portsOf(planOf(changes)), { isp: "eth0", lan: "eth1" });
    t.deepEqual(portsOf(planOf(changes, twoLanPorts)), { isp: "eth0", lan: "eth1…eth2" });
  }
  const lan = ["lan0", "lan1", "lan2"].map((name) => ({ name }));
  const three = { ...board, ports: { ...board.ports, lan } };
  t.is(portsOf(planOf({}, three)).lan, "lan0…lan2");
});
