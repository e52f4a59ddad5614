import test from "ava";
import { compilePolicy } from "../../../proxy/src/policy/compile-policy.ts";
import { judgeByTable } from "../../../proxy/src/policy/table-judge.ts";
import { compileNativePolicy, type Asked } from "./native-policy.ts";
import { RandomPolicies } from "./random-policies.ts";

const compiling = compileNativePolicy();
test.after.always(async () => (await compiling).end());

test("C and TypeScript come to the same verdicts, and neither reads beyond what it was given", async (t) => {
  const native = await compiling;
  const random = new RandomPolicies(20_261_125);
  const verdicts = new Map<string, number>();
  for (let round = 0; round < 60; round++) {
    const policy = round < 20 ? random.policy() : random.policyOfLists();
    const compiled = await compilePolicy(policy, [round, ~round >>> 0]);
    const questions = Array.from({ length: 1000 }, () => random.question(policy));
    const inC = await native.ask(compiled.table, questions);
    const inTypeScript = questions.map((question) => answer(compiled, question));
    const differs = inC.findIndex((line, index) => line !== inTypeScript[index]);
    if (differs >= 0 || inC.length !== questions.length) {
      t.fail(
        JSON.stringify({
          policy,
          question: questions[differs],
          inC: inC[differs],
          ts: inTypeScript[differs],
        }),
      );
      return;
    }
    for (const line of inC) verdicts.set(line, (verdicts.get(line) ?? 0) + 1);
  }
  t.true(verdicts.size > 40, "the questions are too much alike to tell anything");
});

test("a table with wrong bytes is refused, or judged by without reading beyond it", async (t) => {
  const native = await compiling;
  const random = new RandomPolicies(7);
  for (let round = 0; round < 3; round++) {
    const policy = random.policy();
    const { table } = await compilePolicy(policy, [1, 2]);
    const questions = Array.from({ length: 20 }, () => random.question(policy));
    const opened = await native.mutate(table, questions, round + 1, 1500);
    t.true(opened > 50 && opened < 1450, `${opened} of 1500 were opened: nothing was tried`);
  }
});

test("what is no table is refused", async (t) => {
  const native = await compiling;
  const { table } = await compilePolicy(new RandomPolicies(1).policy());
  t.deepEqual(await native.ask(table.slice(0, -4), []), ["no table"]);
  t.deepEqual(await native.ask(new ArrayBuffer(0), []), ["no table"]);
  t.deepEqual(await native.ask(table, []), [""]);
});

function answer(compiled: Awaited<ReturnType<typeof compilePolicy>>, asked: Asked): string {
  const { client, mac, running, ...question } = asked;
  const judge = judgeByTable(compiled, { running: () => running, macOf: () => mac });
  const groups = judge.groupsOf(client);
  const { action, rule } = judge.judge({ ...question, groups });
  const index = rule === undefined ? -1 : compiled.ruleNames.indexOf(rule);
  return `${action === "block" ? 1 : 0} ${index} ${groups}`;
}
