/**
 * What a policy of a million domains takes, measured on this machine: `npm run bench:policy`. The proxy's Node flags
 * are those of the router. Times are CPU's, so that other programs
 * don't matter much. Prints a table; a C compiler (gcc) is needed for the native engine's figures. Takes half
 * a minute.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { projectRoot } from "../build/core/paths.ts";
import { run } from "../build/core/run.ts";
import { policySources } from "../build/payload/compile-addon.ts";
import { nodeFlags } from "../build/payload/runtime.ts";
import { blockedDomains } from "./bench/domains.ts";
import type { PolicyFigures } from "./bench/policy-inside.ts";
import { questionSets } from "./bench/policy-questions.ts";

const count = 1_000_000;
const mostBytes = 48 * 1024 * 1024;
const mostNanoseconds = 2000;

const folder = await mkdtemp(join(tmpdir(), "halfbridge-bench-policy-"));
try {
  const list = join(folder, "list");
  await writeFile(list, `${blockedDomains(count).join("\n")}\n`);
  const inside = join(projectRoot, "scripts", "bench", "policy-inside.ts");
  const figures = JSON.parse(await start([process.execPath, ...nodeFlags, inside, folder])) as PolicyFigures;
  const native = await measureNative(list);
  const machine = `${cpus()[0]?.model ?? ""}, Linux ${release()}, Node ${process.version}`;
  process.stdout.write(`${count} domains on ${machine}\n\n${format(figures, native)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Nanoseconds of each set of questions; undefined without gcc. */
async function measureNative(list: string): Promise<Readonly<Record<string, number>> | undefined> {
  if (!existsSync("/usr/bin/gcc")) return undefined;
  const addon = join(projectRoot, "proxy", "addon");
  const program = join(folder, "judge-urls");
  const sources = ["test/judge-urls.c", ...policySources].map((name) => join(addon, name));
  await run(["gcc", "-std=gnu11", "-O2", "-o", program, ...sources]);
  const nanoseconds: Record<string, number> = {};
  for (const { name, questions } of questionSets) {
    const lines = questions(list).map(({ host, port }) => `192.0.2.1\t-\t0\t0\t${host}\t${port}\t-\n`);
    nanoseconds[name] = Number(await start([program, join(folder, "table"), "time", "19"], lines.join("")));
  }
  return nanoseconds;
}

async function start([program = "", ...args]: readonly string[], input = ""): Promise<string> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(input);
  const ended = new Promise((resolve) => {
    child.once("close", resolve);
  });
  const output = await text(child.stdout);
  if ((await ended) !== 0) throw new Error(`${program} failed`);
  return output;
}

function format(figures: PolicyFigures, native: Readonly<Record<string, number>> | undefined): string {
  const memory = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const most = (bytes: number): string => `≤ 48 MiB ${bytes <= mostBytes ? "✓" : "✗"}`;
  const time = (name: string, nanoseconds: number | undefined): string[] =>
    nanoseconds === undefined
      ? []
      : [`| ${name} | ${nanoseconds.toFixed(0)} ns | ≤ 2 µs ${nanoseconds <= mostNanoseconds ? "✓" : "✗"} |`];
  return [
    "| | | to reach |",
    "|---|---|---|",
    `| table | ${memory(figures.tableBytes)} | |`,
    `| resident with a policy, more than without | ${memory(figures.residentBytes)} | ${most(figures.residentBytes)} |`,
    `| the same at its peak, first time | ${memory(figures.firstPeakBytes)} | ${most(figures.firstPeakBytes)} |`,
    `| the same at its peak, of four reloads | ${memory(figures.reloadPeakBytes)} | ${most(figures.reloadPeakBytes)} |`,
    `| time to compile | ${figures.compileMs.toFixed(0)} ms | |`,
    `| longest turn meanwhile | ${figures.longestTurnMs.toFixed(0)} ms | |`,
    ...questionSets.flatMap(({ name }) => [
      ...time(`look-up in JavaScript: ${name}`, figures.nanoseconds[name]),
      ...time(`look-up in C: ${name}`, native?.[name]),
    ]),
    "",
  ].join("\n");
}
