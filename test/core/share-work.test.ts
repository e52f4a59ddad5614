import { setTimeout } from "node:timers/promises";
import test from "ava";
import { inTurn, shareWork } from "../../build/core/share-work.ts";

test("the same work at the same time is done once, and again when it is asked for later", async (t) => {
  let done = 0;
  const work = async () => {
    await setTimeout(5);
    return (done += 1);
  };
  t.deepEqual(await Promise.all([shareWork("a", work), shareWork("a", work)]), [1, 1]);
  t.is(await shareWork("a", work), 2);
});

test("work in one queue doesn't overlap, and goes on after a failure; another queue doesn't wait", async (t) => {
  const said: string[] = [];
  const work = (name: string, ms: number) => async () => {
    said.push(`${name} begins`);
    await setTimeout(ms);
    said.push(`${name} ends`);
    if (name === "first") throw new Error("out of luck");
  };
  const first = inTurn("queue", work("first", 20));
  const second = inTurn("queue", work("second", 1));
  await inTurn("other", work("other", 1));
  await t.throwsAsync(first);
  await second;
  t.deepEqual(said, [
    "first begins",
    "other begins",
    "other ends",
    "first ends",
    "second begins",
    "second ends",
  ]);
});
