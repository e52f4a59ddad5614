import test from "ava";
import { compilePolicy } from "../../../proxy/src/policy/compile-policy.ts";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import { judgeByTable } from "../../../proxy/src/policy/table-judge.ts";
import { emptyPolicy, questionOf, rule } from "./policies.ts";
import { randomNumbers } from "./random-policies.ts";

const games = { games: { format: "domains" as const, entries: ["games.example"] } };
const ask = async (policy: PolicyConfig, running = 0) => {
  const judge = judgeByTable(await compilePolicy(policy), { running: () => running });
  return (url: string, more: { groups?: number; method?: string } = {}) => {
    const { action, rule: name } = judge.judge({ ...questionOf(url), ...more });
    return name === undefined ? action : `${action}: ${name}`;
  };
};

test("the first rule that fits decides, and the default where none does", async (t) => {
  const rules = [
    rule({ name: "one", action: "allow", lists: ["games"], groups: ["staff"] }),
    rule({ name: "two", action: "block", lists: ["games"] }),
    rule({ name: "three", action: "allow", lists: ["games"] }),
  ];
  const groups = { staff: { clients: ["10.1.2.1"], macs: [] } };
  const verdict = await ask({ ...emptyPolicy, default: "block", groups, lists: games, rules });
  t.is(verdict("http://games.example/", { groups: 1 }), "allow: one");
  t.is(verdict("http://games.example/"), "block: two");
  t.is(verdict("http://other.example/"), "block");
  t.is((await ask({ ...emptyPolicy, lists: games, rules }))("http://other.example/"), "allow");
});

test("a rule that names nothing fits everything", async (t) => {
  const verdict = await ask({ ...emptyPolicy, rules: [rule({ name: "closed" })] });
  t.is(verdict("https://any.example/"), "block: closed");
});

test("a rule fits while one of its schedules runs", async (t) => {
  const schedules = {
    lessons: ["daily 08:00-13:00"],
    nights: ["daily 22:00-06:00"],
    noon: ["daily 12:00-13:00"],
  };
  const policy = { ...emptyPolicy, schedules, rules: [rule({ schedules: ["lessons", "noon"] })] };
  const blocks = await Promise.all(
    [0, 1, 2, 4, 7].map(async (running) => (await ask(policy, running))("http://a.example/")),
  );
  t.deepEqual(blocks, ["allow", "block: a rule", "allow", "block: a rule", "block: a rule"]);
});

test("a rule with methods fits those alone, and nothing whose method can't be seen", async (t) => {
  const verdict = await ask({ ...emptyPolicy, rules: [rule({ methods: ["POST", "CONNECT"] })] });
  const blocked = ["GET", "POST", "CONNECT", "BREW", "post"].filter(
    (method) => verdict("http://a.example/", { method }) !== "allow",
  );
  t.deepEqual(blocked, ["POST", "CONNECT"]);
  t.is(verdict("https://a.example/"), "allow");
});

test("each list, group and schedule of the 31 is one of its own, and so is each of the 255 rules", async (t) => {
  const names = Array.from({ length: 31 }, (_, index) => `n${index}`);
  const record = <Value>(value: (index: number) => Value) =>
    Object.fromEntries(names.map((name, index) => [name, value(index)]));
  const policy: PolicyConfig = {
    ...emptyPolicy,
    groups: record((index) => ({ clients: [`10.0.0.${index}`], macs: [] })),
    schedules: record(() => ["daily 08:00-09:00"]),
    lists: record((index) => ({ format: "domains", entries: [`d${index}.example`] })),
    rules: [
      ...Array.from({ length: 224 }, () => rule({ groups: ["n0"], lists: ["n30"], schedules: ["n30"] })),
      ...names.map((name) => rule({ name, groups: [name], lists: [name], schedules: [name] })),
    ],
  };
  const compiled = await compilePolicy(policy);
  for (const index of names.keys()) {
    const judge = judgeByTable(compiled, { running: () => 1 << index });
    const groups = judge.groupsOf(`10.0.0.${index}`);
    t.is(groups, 1 << index);
    t.is(judge.judge({ ...questionOf(`http://d${index}.example/`), groups }).rule, `n${index}`);
    t.is(judge.judge({ ...questionOf(`http://d${(index + 1) % 31}.example/`), groups }).rule, undefined);
  }
});

test("many domains are told apart, whatever the seeds: what is listed is found, what isn't is not", async (t) => {
  const next = randomNumbers(5);
  const name = () =>
    Array.from({ length: 2 + next() * 2 }, () => Math.floor(next() * 60).toString(36)).join(".");
  const entries = [...new Set(Array.from({ length: 2000 }, name))].map((each) => `${each}.test`);
  const known = new Set(entries);
  const expected = (host: string): boolean => {
    const labels = host.split(".");
    return labels.some((_, index) => known.has(labels.slice(index).join(".")));
  };
  for (const seeds of [
    [0, 0],
    [0xffff_ffff, 1],
    [20, 26],
  ] as const) {
    const policy = {
      ...emptyPolicy,
      lists: { all: { format: "domains" as const, entries } },
      rules: [rule({ lists: ["all"] })],
    };
    const judge = judgeByTable(await compilePolicy(policy, seeds), { running: () => 0 });
    let found = 0;
    for (let count = 0; count < 4000; count++) {
      const host = `${name()}.${name()}.test`;
      const isBlocked = judge.judge(questionOf(`http://${host}/`)).action === "block";
      if (isBlocked !== expected(host)) t.fail(host);
      if (isBlocked) found++;
    }
    t.true(found > 400 && found < 3600, `${found} of 4000 are listed: they tell nothing`);
  }
});
