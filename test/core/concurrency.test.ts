import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { mapConcurrently } from "../../build/core/concurrency.ts";

test("results keep their order, and no more than so many are under way", async (t) => {
  let underWay = 0;
  let most = 0;
  const results = await mapConcurrently([30, 10, 20, 0], 2, async (ms) => {
    most = Math.max(most, ++underWay);
    await sleep(ms);
    underWay--;
    return ms;
  });
  t.deepEqual(results, [30, 10, 20, 0]);
  t.is(most, 2);
});

test("the first error ends it: nothing else is begun", async (t) => {
  const begun: number[] = [];
  const work = async (number: number) => {
    begun.push(number);
    await sleep(number === 0 ? 1 : 20);
    if (number === 0) throw new Error("broken");
  };
  await t.throwsAsync(mapConcurrently([0, 1, 2, 3, 4, 5], 2, work), { message: "broken" });
  await sleep(100);
  t.deepEqual(begun, [0, 1]);
});
