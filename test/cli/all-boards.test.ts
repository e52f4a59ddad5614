import { setTimeout } from "node:timers/promises";
import test from "ava";
import { formatOutcomes, workOnAll, type Done } from "../../build/cli/all-boards.ts";
import { run } from "../../build/core/run.ts";
import { InputError } from "../../build/core/faults.ts";
import { shareWork } from "../../build/core/share-work.ts";

const fault = { file: "b.yaml", path: "/arch", fact: "is missing" };

/** Fails for the board `b`. */
async function build(board: string): Promise<Done> {
  await setTimeout(1);
  if (board === "b") throw new InputError([fault, fault]);
  return { verdict: "built", sizeBytes: 58_700_000 };
}

test("a board that fails leaves the others alone, and is left out of what follows", async (t) => {
  const proven: string[] = [];
  const prove = async (board: string): Promise<Done> => {
    proven.push(board);
    return { verdict: board === "c" ? "failed" : "passed" };
  };
  const phases = [
    { lanes: 2, work: build },
    { lanes: 1, work: prove },
  ];
  const outcomes = await workOnAll(["a", "b", "c"], phases);
  t.deepEqual(
    outcomes.map(({ board, verdict, sizeBytes }) => [board, verdict, sizeBytes]),
    [
      ["a", "passed", 58_700_000],
      ["b", "failed", undefined],
      ["c", "failed", 58_700_000],
    ],
  );
  t.deepEqual(proven, ["a", "c"]);
});

test("no phase begins before the one before it is done with all boards", async (t) => {
  const said: string[] = [];
  const phase = (name: string, lanes: number) => ({
    lanes,
    work: async (board: string): Promise<Done> => {
      await setTimeout(board === "a" ? 20 : 1);
      said.push(`${name} ${board}`);
      return { verdict: "built" };
    },
  });
  await workOnAll(["a", "b"], [phase("build", 2), phase("prove", 2)]);
  t.deepEqual(said, ["build b", "build a", "prove b", "prove a"]);
});

test("as many boards as there are lanes are worked on at a time, and what they share is made once", async (t) => {
  let now = 0;
  let most = 0;
  let made = 0;
  const work = async (): Promise<Done> => {
    now += 1;
    most = Math.max(most, now);
    await shareWork("all-boards.test", async () => {
      await setTimeout(10);
      made += 1;
    });
    now -= 1;
    return { verdict: "built" };
  };
  await workOnAll(["a", "b", "c"], [{ lanes: 3, work }]);
  t.is(made, 1);
  t.is(most, 3);
  await workOnAll(["a", "b", "c"], [{ lanes: 1, work }]);
  t.is(made, 4, "one after the other, each makes it anew: nothing is remembered");
});

test("the table has a row for each board, and says why boards failed", async (t) => {
  const outcomes = await workOnAll(["a", "b"], [{ lanes: 2, work: build }]);
  const text = formatOutcomes(outcomes.map((outcome) => ({ ...outcome, seconds: 12.34 })));
  t.is(
    text,
    `board  verdict  time    size
a      built    12.3 s  58.7 MB
b      failed   12.3 s

b: b.yaml: /arch: is missing
`,
  );
});

test("of a command that failed, the table has what it said last", async (t) => {
  const work = async (): Promise<Done> => {
    await run(["sh", "-c", "echo first >&2; echo the reason >&2; exit 3"]);
    return { verdict: "built" };
  };
  const text = formatOutcomes(await workOnAll(["a"], [{ lanes: 1, work }]));
  t.regex(text, /^a: sh failed with exit code 3: the reason$/m);
});
