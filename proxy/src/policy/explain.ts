import type { CompiledPolicy } from "./compile-policy.ts";
import { listFinder } from "./find-lists.ts";
import type { Question } from "./judge.ts";
import type { PolicyConfig, Rule } from "./policy-config.ts";
import { openTable } from "./table.ts";

/** How a question is decided, in the words of the configuration. */
export interface Explanation {
  readonly groups: readonly string[];
  readonly schedules: readonly string[];
  /** Entries of lists that have the URL, or except it. */
  readonly entries: readonly ListEntry[];
  /** Up to the one that decides; if there is none, all. */
  readonly rules: readonly TriedRule[];
}

export interface ListEntry {
  readonly list: string;
  readonly entry: string;
  readonly excepts: boolean;
}

export interface TriedRule {
  readonly name: string;
  /** What of the rule doesn't fit; undefined for the rule that decides. */
  readonly fails: "groups" | "schedules" | "methods" | "lists" | undefined;
}

/** Goes through a policy's rules as judging does, and says why. `running`: bits of the schedules. */
export function explain(
  config: PolicyConfig,
  { table }: CompiledPolicy,
  question: Question,
  running: number,
): Explanation {
  const listNames = Object.keys(config.lists);
  const entries: ListEntry[] = [];
  const found = listFinder(openTable(table))(question, ({ has, excepted, text }) => {
    for (const list of named(listNames, has)) entries.push({ list, entry: text, excepts: false });
    for (const list of named(listNames, excepted)) entries.push({ list, entry: text, excepts: true });
  });
  const given = {
    groups: named(Object.keys(config.groups), question.groups),
    schedules: named(Object.keys(config.schedules), running),
    methods: question.method === undefined ? [] : [question.method],
    lists: named(listNames, found),
  };
  const rules: TriedRule[] = [];
  for (const rule of config.rules) {
    const fails = whatFails(rule, given);
    rules.push({ name: rule.name, fails });
    if (fails === undefined) break;
  }
  return { groups: given.groups, schedules: given.schedules, entries, rules };
}

type Condition = "groups" | "schedules" | "methods" | "lists";

/** A rule that names nothing fits everything. */
function whatFails(rule: Rule, given: Readonly<Record<Condition, readonly string[]>>): Condition | undefined {
  const conditions = ["groups", "schedules", "methods", "lists"] as const;
  return conditions.find((condition) => {
    const wanted = rule[condition];
    return wanted.length > 0 && !wanted.some((name) => given[condition].includes(name));
  });
}

function named(names: readonly string[], bits: number): string[] {
  return names.filter((_, index) => (bits & (1 << index)) !== 0);
}
