import test from "ava";
import { compilePolicy } from "../../../proxy/src/policy/compile-policy.ts";
import { explain } from "../../../proxy/src/policy/explain.ts";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import { judgeByTable } from "../../../proxy/src/policy/table-judge.ts";
import { emptyPolicy, questionOf, rule } from "./policies.ts";
import { RandomPolicies } from "./random-policies.ts";

const policy: PolicyConfig = {
  ...emptyPolicy,
  groups: { staff: { clients: ["10.1.2.1"], macs: [] }, pupils: { clients: ["10.1.2.0/24"], macs: [] } },
  schedules: { lessons: ["mon-fri 08:00-13:00"], nights: ["daily 22:00-06:00"] },
  lists: {
    games: {
      format: "auto",
      entries: ["games.example", "0.0.0.0 www.games.example", "@@||good.games.example^"],
    },
    play: { format: "auto", entries: ["games.example/play/", "/play/*.swf|"] },
    other: { format: "auto", entries: ["other.example"] },
  },
  rules: [
    rule({ name: "staff may", action: "allow", groups: ["staff"] }),
    rule({ name: "no uploads", methods: ["POST"], schedules: ["nights"] }),
    rule({ name: "lessons", lists: ["games", "other"], schedules: ["lessons"] }),
    rule({ name: "no play", lists: ["play"] }),
    rule({ name: "closed" }),
  ],
};

test("it is told which rule decides, what of those before doesn't fit, and by which entries", async (t) => {
  const question = { ...questionOf("http://www.games.example/play/a.swf"), groups: 0b10 };
  t.deepEqual(explain(policy, await compilePolicy(policy), question, 0b10), {
    groups: ["pupils"],
    schedules: ["nights"],
    entries: [
      { list: "games", entry: "games.example", excepts: false },
      { list: "play", entry: "games.example/play/", excepts: false },
      { list: "games", entry: "www.games.example", excepts: false },
      { list: "play", entry: "/play/*.swf|", excepts: false },
    ],
    rules: [
      { name: "staff may", fails: "groups" },
      { name: "no uploads", fails: "methods" },
      { name: "lessons", fails: "schedules" },
      { name: "no play", fails: undefined },
    ],
  });
});

test("an exception is told beside what it outweighs", async (t) => {
  const why = explain(policy, await compilePolicy(policy), questionOf("https://good.games.example"), 0b1);
  t.deepEqual(why.entries, [
    { list: "games", entry: "games.example", excepts: false },
    { list: "games", entry: "good.games.example", excepts: true },
  ]);
  t.deepEqual(why.rules[2], { name: "lessons", fails: "lists" });
});

test("what is told is what judging comes to", async (t) => {
  const random = new RandomPolicies(99);
  for (let round = 0; round < 20; round++) {
    const config = random.policy();
    const compiled = await compilePolicy(config, [round, 1]);
    for (let count = 0; count < 50; count++) {
      const { client, mac, running, ...asked } = random.question(config);
      const judge = judgeByTable(compiled, { running: () => running, macOf: () => mac });
      const question = { ...asked, groups: judge.groupsOf(client) };
      const last = explain(config, compiled, question, running).rules.at(-1);
      t.is(last?.fails === undefined ? last?.name : undefined, judge.judge(question).rule);
    }
  }
});
