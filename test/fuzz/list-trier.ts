import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compilePolicy, type CompiledPolicy } from "../../proxy/src/policy/compile-policy.ts";
import type { ListFormat, PolicyConfig } from "../../proxy/src/policy/policy-config.ts";
import { judgeByTable } from "../../proxy/src/policy/table-judge.ts";
import { compileNativePolicy, type Asked, type NativePolicy } from "../proxy/policy/native-policy.ts";
import type { Tried, Trier } from "./trier.ts";

/** A policy's lists are numbered by bits. */
const listsEach = 31;
const formats: readonly ListFormat[] = ["hosts", "domains", "urls", "patterns", "adblock", "auto"];

/**
 * Tries files of lists: whatever is in them, a policy comes of it, and both twins judge by it alike. What is new
 * is by what lists came to, for nothing says what code ran: something that none before came to, or together as in none.
 */
export async function openListTrier(): Promise<Trier> {
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-lists-"));
  const native = await compileNativePolicy();
  const known = new Set<string>();
  const tryAll = async (inputs: readonly Buffer[]): Promise<Tried[]> => {
    if (inputs.length > listsEach)
      return [...(await tryAll(inputs.slice(0, listsEach))), ...(await tryAll(inputs.slice(listsEach)))];
    const outcome = await judgeBy(inputs, folder, native);
    if (outcome.fault === undefined || inputs.length === 1)
      return inputs.map((data, index) => {
        const shape = outcome.shapes[index] ?? [];
        const isNew = shape.some((part) => !known.has(part));
        const together = shape.join();
        const isOftener = !known.has(together);
        for (const each of [...shape, together]) known.add(each);
        return { data, isNew, isOftener, fault: outcome.fault };
      });
    // Which of them it was; if it takes several, the first stands for them.
    const apart = (await Promise.all(inputs.map((data) => tryAll([data])))).flat();
    const isFound = apart.some(({ fault }) => fault !== undefined);
    return isFound ? apart : apart.map((tried) => ({ ...tried, fault: outcome.fault }));
  };
  return {
    tryAll,
    async end() {
      await native.end();
      await rm(folder, { recursive: true });
    },
  };
}

interface Outcome {
  /** Of each list, what its lines came to. */
  readonly shapes: readonly (readonly string[])[];
  readonly fault: string | undefined;
}

async function judgeBy(inputs: readonly Buffer[], folder: string, native: NativePolicy): Promise<Outcome> {
  const own = await mkdtemp(join(folder, "lists-"));
  try {
    await Promise.all(inputs.map((data, index) => writeFile(join(own, String(index)), data)));
    const compiled = await compilePolicy(policyOf(inputs, own), [1, 2]);
    const shapes = inputs.map((_, index) => shapeOf(compiled, index, join(own, String(index))));
    const questions = inputs.flatMap(questionsOf);
    const inTypeScript = questions.map((question) => answer(compiled, question));
    const inC = questions.length === 0 ? [] : await native.ask(compiled.table, questions);
    const differs = inTypeScript.findIndex((line, index) => line !== inC[index]);
    if (differs < 0) return { shapes, fault: undefined };
    const asked = JSON.stringify(questions[differs]);
    return { shapes, fault: `${asked}\nC: ${inC[differs]}\nTypeScript: ${inTypeScript[differs]}` };
  } catch (error) {
    return { shapes: [], fault: String(error instanceof Error ? error.stack : error) };
  }
}

/** Each list has a rule of its own. */
function policyOf(inputs: readonly Buffer[], folder: string): PolicyConfig {
  const names = inputs.map((_, index) => String(index));
  const list = (data: Buffer, index: number) =>
    [
      `list-${index}`,
      { file: join(folder, String(index)), format: formats[data.length % 6] ?? "auto", entries: [] },
    ] as const;
  return {
    default: "allow",
    timeZone: "UTC",
    groups: {},
    schedules: {},
    lists: Object.fromEntries(inputs.map(list)),
    rules: names.map((name) => ({
      ...{ name, action: "block", groups: [], schedules: [], lists: [`list-${name}`], methods: [] },
    })),
  };
}

function shapeOf({ lists, problems }: CompiledPolicy, index: number, file: string): string[] {
  const { names = 0, texts = 0, skipped } = lists[index] ?? {};
  const facts = problems.filter(({ where }) => where === file).map(({ fact }) => fact.replace(/: .*/s, ""));
  const counts = [`${Math.min(names, 3)} names`, `${Math.min(texts, 3)} texts`];
  return [...counts, ...(skipped?.keys() ?? []), ...[...new Set(facts)].sort()];
}

/** Of hosts and paths as its lines have them. */
function questionsOf(data: Buffer): Asked[] {
  const lines = data.toString("latin1").split(/[\r\n]+/);
  return lines.slice(0, 12).map((line, index) => {
    const [, host = "", rest = ""] = /([A-Za-z0-9.:_-]{1,300})([^\s#]*)/.exec(line.replace(/^.* /, "")) ?? [];
    const path = rest.replaceAll(/[^!-~]|[*^|$]/g, "/").replace(/^\/*/, "/");
    return {
      client: "10.1.2.3",
      mac: undefined,
      running: 0,
      method: index % 5 === 0 ? undefined : "GET",
      host: `${index % 3 === 0 ? "www." : ""}${host.replace(/:.*$/, "")}`,
      port: index % 4 === 0 ? 8080 : 80,
      path: index % 5 === 0 ? undefined : path,
    };
  });
}

function answer(compiled: CompiledPolicy, { client, mac, running, ...question }: Asked): string {
  const judge = judgeByTable(compiled, { running: () => running, macOf: () => mac });
  const groups = judge.groupsOf(client);
  const { action, rule } = judge.judge({ ...question, groups });
  return `${action === "block" ? 1 : 0} ${rule ?? -1} ${groups}`;
}
