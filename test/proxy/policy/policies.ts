import { compilePolicy, type CompiledPolicy } from "../../../proxy/src/policy/compile-policy.ts";
import type { Question } from "../../../proxy/src/policy/judge.ts";
import type { ListFormat, PolicyConfig, Rule } from "../../../proxy/src/policy/policy-config.ts";
import { judgeByTable } from "../../../proxy/src/policy/table-judge.ts";

export const emptyPolicy: PolicyConfig = {
  default: "allow",
  timeZone: "UTC",
  groups: {},
  schedules: {},
  lists: {},
  rules: [],
};

/** A rule that names nothing but what is given. */
export function rule(given: Partial<Rule>): Rule {
  return { name: "a rule", action: "block", groups: [], schedules: [], lists: [], methods: [], ...given };
}

/** A policy that blocks what one list has. */
export function policyOfList(format: ListFormat, entries: readonly string[], file?: string): PolicyConfig {
  const list = { format, entries, ...(file === undefined ? {} : { file }) };
  return { ...emptyPolicy, lists: { list }, rules: [rule({ lists: ["list"] })] };
}

/** `http://host:port/path`; of `https` the path can't be seen. */
export function questionOf(text: string): Question {
  const [, scheme, host = "", port, path] =
    /^(https?):\/\/(\[[^\]]*\]|[^/:]*)(?::(\d+))?(\/.*)?$/.exec(text) ?? [];
  const isPlain = scheme === "http";
  return {
    groups: 0,
    method: isPlain ? "GET" : undefined,
    host: host.replaceAll(/[[\]]/g, ""),
    port: Number(port ?? (isPlain ? 80 : 443)),
    path: isPlain ? (path ?? "/") : undefined,
  };
}

/** Which of some URLs a compiled policy blocks. */
export function blockedBy(compiled: CompiledPolicy, urls: readonly string[]): string[] {
  const judge = judgeByTable(compiled, { running: () => 0 });
  return urls.filter((url) => judge.judge(questionOf(url)).action === "block");
}

/** Which of some URLs a list has. */
export async function listed(
  format: ListFormat,
  entries: readonly string[],
  urls: readonly string[],
): Promise<string[]> {
  const compiled = await compilePolicy(policyOfList(format, entries));
  if (compiled.problems.length > 0) throw new Error(JSON.stringify(compiled.problems));
  return blockedBy(compiled, urls);
}
