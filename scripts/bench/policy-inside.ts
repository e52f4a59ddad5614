/**
 * What a policy takes of the proxy's process: memory, time to compile, nanoseconds a look-up. To be run with the
 * router's Node flags; `policy-inside.ts FOLDER` reads the list in the folder, leaves the table there, and prints
 * JSON. scripts/bench-policy.ts has the other half.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compilePolicy } from "../../proxy/src/policy/compile-policy.ts";
import type { Judge } from "../../proxy/src/policy/judge.ts";
import type { PolicyConfig } from "../../proxy/src/policy/policy-config.ts";
import { PolicyLoader } from "../../proxy/src/policy/policy-loader.ts";
import { questionSets } from "./policy-questions.ts";

export interface PolicyFigures {
  /** Of CPU time, as all times here. */
  readonly compileMs: number;
  /** The longest that nobody else had a turn. */
  readonly longestTurnMs: number;
  /** More than before there was a policy. */
  readonly residentBytes: number;
  readonly firstPeakBytes: number;
  readonly reloadPeakBytes: number;
  readonly tableBytes: number;
  /** Of each set of questions. */
  readonly nanoseconds: Readonly<Record<string, number>>;
}

const [, , folder = "."] = process.argv;
const list = join(folder, "list");
const config: PolicyConfig = {
  default: "allow",
  timeZone: "UTC",
  groups: {},
  schedules: {},
  lists: { all: { file: list, format: "auto", entries: [] } },
  rules: [{ name: "all", action: "block", groups: [], schedules: [], lists: ["all"], methods: [] }],
};
process.stdout.write(`${JSON.stringify(await measure())}\n`);

async function measure(): Promise<PolicyFigures> {
  await compilePolicy({ ...config, lists: {} }); // what loading code takes isn't the policy's
  const before = statusBytes("VmRSS");
  const loader = new PolicyLoader(config, () => {});
  const first = await watch(() => loader.start());
  const residentBytes = statusBytes("VmRSS") - before;
  let reloadPeakBytes = 0;
  for (let reload = 0; reload < 4; reload++)
    reloadPeakBytes = Math.max(reloadPeakBytes, (await watch(() => loader.reload())).peakBytes);
  loader.stop();
  const { table, judge } = loader.compiled();
  writeFileSync(join(folder, "table"), new Uint8Array(table));
  for (const { questions } of questionSets) time(judge, questions); // V8 compiles what runs often
  return {
    compileMs: first.ms,
    longestTurnMs: first.longestTurnMs,
    residentBytes,
    firstPeakBytes: first.peakBytes - before,
    reloadPeakBytes: reloadPeakBytes - before,
    tableBytes: table.byteLength,
    nanoseconds: Object.fromEntries(
      questionSets.map(({ name, questions }) => [name, time(judge, questions)]),
    ),
  };
}

async function watch(load: () => Promise<unknown>) {
  writeFileSync("/proc/self/clear_refs", "5"); // proc(5): the peak begins anew
  let last = process.cpuUsage();
  let longestTurnMs = 0;
  let watching = true;
  const endTurn = (): void => {
    longestTurnMs = Math.max(longestTurnMs, cpuNanoseconds(last) / 1_000_000);
    last = process.cpuUsage();
    if (watching) setImmediate(endTurn);
  };
  setImmediate(endTurn);
  const started = process.cpuUsage();
  await load();
  const ms = cpuNanoseconds(started) / 1_000_000;
  watching = false;
  return { ms, longestTurnMs, peakBytes: statusBytes("VmHWM") };
}

/** The median of some rounds. */
function time(judge: Judge, ask: (typeof questionSets)[number]["questions"]): number {
  const questions = ask(list).map((question) => ({ ...question, groups: 0 }));
  let blocked = 0;
  const rounds = Array.from({ length: 19 }, () => {
    const started = process.cpuUsage();
    for (const question of questions) if (judge.judge(question).action === "block") blocked++;
    return cpuNanoseconds(started) / questions.length;
  });
  if (blocked % rounds.length !== 0) throw new Error("not the same each time");
  return rounds.sort((one, other) => one - other)[9] ?? 0;
}

/** What other programs do at the same time doesn't count. */
function cpuNanoseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) * 1000;
}

function statusBytes(field: "VmRSS" | "VmHWM"): number {
  const [, kib] =
    new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kib) * 1024;
}
