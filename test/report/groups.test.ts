import test from "ava";
import { distinctSayings, groupClaims } from "../../build/report/groups.ts";
import { report } from "./fixture.ts";

test("a claim's runs under both firmwares become one, in the order of the report", (t) => {
  const groups = groupClaims(report.claims);
  t.deepEqual(
    groups.map(({ name, verdict, runs }) => [name, verdict, runs.length]),
    [
      ["arp-reply", "passed", 2],
      ["proxied", "passed", 2],
      ["no-escape", "failed", 2],
      ["proxy-restart", "failed", 2],
      ["power-cut", "passed", 2],
    ],
  );
});

test("what both firmwares said is said once, and what differs says under which", (t) => {
  const [arp, , , restart] = groupClaims(report.claims);
  const observed = (runs = arp?.runs ?? []) => distinctSayings(runs, (run) => run.observed);
  t.deepEqual(
    observed().map(({ firmwares }) => firmwares),
    [[]],
  );
  t.deepEqual(
    observed(restart?.runs).map(({ firmwares }) => firmwares),
    [["bios"], ["uefi"]],
  );
});
