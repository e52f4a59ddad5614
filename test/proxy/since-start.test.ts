import test from "ava";
import { sinceStart, sinceStartMs } from "../../proxy/src/since-start.ts";

const stat = (name: string, startTicks: number): string =>
  `284 (${name}) S 269 269 269 0 -1 4194560 3132 0 61 0 127 155 0 0 20 0 4 0 ${startTicks} 1214148608 11926`;

test("the time since a process was forked is the time since boot less when it was forked", (t) => {
  t.is(sinceStart(stat("node", 711), "9.86 2.37\n"), 2750);
  t.is(sinceStart(stat("node", 712), "9.86 2.37\n"), 2740);
});

test("a program's name that looks like more fields leads nobody astray", (t) => {
  t.is(sinceStart(stat("a) S 1 (b", 711), "9.86 2.37\n"), 2750);
});

test("this process was forked before Node's own clock began, and not long before", (t) => {
  const before = performance.now();
  const since = sinceStartMs();
  t.true(since >= before - 10, `${since} ms, and by Node's clock at least ${before}`);
  t.true(since < before + 60_000);
});
