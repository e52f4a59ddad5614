import { groupsOfClient, wantsMacs } from "./client-groups.ts";
import { listFinder } from "./find-lists.ts";
import type { Judge, Question } from "./judge.ts";
import { methodBit } from "./methods.ts";
import { header, openTable, sizes, type PolicyTable } from "./table.ts";

export interface Surroundings {
  /** Bits of the schedules that run now. */
  readonly running: () => number;
  /** The MAC of a client, as `02:00:00:00:00:01`, where it is known. Only asked if any group goes by MAC. */
  readonly macOf?: (clientAddress: string) => string | undefined;
}

/** Judges by a compiled policy; keeps the table, so nobody may take its memory back before the judge is dropped. */
export function judgeByTable(
  { table: buffer, ruleNames }: { readonly table: ArrayBuffer; readonly ruleNames: readonly string[] },
  { running, macOf }: Surroundings,
): Judge {
  const table = openTable(buffer);
  const findLists = listFinder(table);
  const ask = wantsMacs(table) ? macOf : undefined;
  return {
    groupsOf: (clientAddress) => groupsOfClient(table, clientAddress, ask?.(clientAddress)),
    judge(question) {
      const rule = firstFit(table, question, running(), () => findLists(question));
      return { action: actionOf(table, rule), rule: rule < 0 ? undefined : ruleNames[rule] };
    },
  };
}

/** The index of the first rule that fits, -1 for none. Lists are only looked at where it comes to them, and once. */
function firstFit(
  table: PolicyTable,
  { groups, method }: Pick<Question, "groups" | "method">,
  running: number,
  findLists: () => number,
): number {
  const { words } = table;
  const count = words[header.ruleCount] ?? 0;
  const bit = methodBit(method);
  let lists: number | undefined;
  for (let rule = 0; rule < count; rule++) {
    const at = table.rules + rule * sizes.rule;
    if (!fits(words[at], groups) || !fits(words[at + 1], running) || !fits(words[at + 3], bit)) continue;
    const named = words[at + 2] ?? 0;
    if (named === 0) return rule;
    lists ??= findLists();
    if ((named & lists) !== 0) return rule;
  }
  return -1;
}

function actionOf(table: PolicyTable, rule: number): "allow" | "block" {
  const blocks =
    rule < 0 ? table.words[header.blocksByDefault] : table.words[table.rules + rule * sizes.rule + 4];
  return blocks === 0 ? "allow" : "block";
}

/** A rule that names nothing fits everything. */
function fits(named = 0, given: number): boolean {
  return named === 0 || (named & given) !== 0;
}
