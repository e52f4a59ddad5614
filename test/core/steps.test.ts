import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { runStep } from "../../build/core/steps.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const newCache = (t: ExecutionContext) => temporaryFolder(t);

function define(inputs: unknown, make: (path: string) => Promise<void>) {
  return { name: "example", title: "Example", inputs, make };
}

test("a step whose inputs are known isn't run again", async (t) => {
  const cache = await newCache(t);
  let runs = 0;
  const make = async (path: string) => {
    runs += 1;
    await writeFile(path, "made");
  };
  const first = await runStep(cache, define({ a: 1, b: 2 }, make));
  const again = await runStep(cache, define({ b: 2, a: 1 }, make));
  t.deepEqual(again, first);
  t.is(runs, 1);
  await runStep(cache, define({ a: 1, b: 3 }, make));
  t.is(runs, 2);
  t.is(await readFile(first.path, "utf8"), "made");
});

test("a step that fails leaves nothing behind", async (t) => {
  const cache = await newCache(t);
  const make = async (path: string) => {
    await writeFile(path, "half");
    throw new Error("out of luck");
  };
  await t.throwsAsync(runStep(cache, define(1, make)), { message: "out of luck" });
  t.deepEqual(await readdir(join(cache, "steps", "example")), []);
});

test("a step that is wanted twice at the same time is made once, and a failed one fails for both", async (t) => {
  const cache = await newCache(t);
  let runs = 0;
  const make = async (path: string) => {
    runs += 1;
    await setTimeout(20);
    await writeFile(path, "made");
  };
  const both = await Promise.all([runStep(cache, define(1, make)), runStep(cache, define(1, make))]);
  t.is(runs, 1);
  t.deepEqual(both[0], both[1]);
  await Promise.all([runStep(cache, define(2, make)), runStep(cache, define(3, make))]);
  t.is(runs, 3, "other inputs are another step");

  const fail = async () => {
    await setTimeout(20);
    throw new Error("out of luck");
  };
  const failures = await Promise.allSettled([
    runStep(cache, define(4, fail)),
    runStep(cache, define(4, fail)),
  ]);
  t.deepEqual(
    failures.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await t.notThrowsAsync(runStep(cache, define(4, make)), "a failure isn't remembered");
});

test("old results make room for new ones", async (t) => {
  const cache = await newCache(t);
  for (let input = 0; input < 40; input += 1)
    await runStep(
      cache,
      define(input, (path) => writeFile(path, "")),
    );
  t.is((await readdir(join(cache, "steps", "example"))).length, 32);
});
