/**
 * What scripts/test runs once the machine is ready: every phase, whatever became of the one before,
 * each with its time; then one line that sums up unit tests, builds and the lab's claims.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { projectRoot } from "../build/core/paths.ts";
import { note } from "../build/core/progress.ts";
import type { Report } from "../build/report/report.ts";
import { tallyClaims, type Tally } from "../build/report/verdict.ts";
import { compileSanitized } from "../test/proxy/native/sanitized-engine.ts";
import { TapReader } from "./tap.ts";

const board = "x86-64";
const site = "sites/example.yaml";
/** Another CPU, another boot loader, another format: one board stands for those that U-Boot starts. */
const armBoard = "rock-pi-e";
/** Of the matrix: all of it takes some 12 minutes by itself. */
const part = process.argv.includes("--matrix") ? [] : ["--mode", "bridge-broute"];
/** A board with several LAN ports, and a mode that needs a cable between its bridges. */
const lanPortsBoard = "turris-mox";
const lanPortsPart = ["--fast", "--mode", "bridge-broute", "--dialect", "legacy"];
/** Whoever the proxy is, the network is right. It comes first: the report that stays is the other site's. */
const squidSite = "sites/squid.yaml";
const squidPart = ["--fast", "--firmware", "bios", "--matrix", "--mode", "bridge-dnat", "--dialect", "nft"];
const halfbridge = ["node", "build/cli/main.ts"];
const asUnprivileged = "scripts/as-unprivileged";
const isRoot = process.getuid?.() === 0;

/** One part of the tests; an error that it throws counts as one failure. */
type Phase = readonly [title: string, run: () => Promise<Tally>];

const quick: readonly Phase[] = [
  ["lint", () => mustSucceed(["node", "--run", "lint"])],
  ["types", () => mustSucceed(["node", "--run", "types"])],
  ["unit tests", () => unitTests(["ava", "--tap"])],
];
const whole: readonly Phase[] = [
  ...quick,
  ["native engine, under sanitizers", sanitized],
  ...(isRoot ? [["unit tests as nobody", unitTestsUnprivileged] as const] : []),
  ["build", () => mustSucceed([...halfbridge, "build", board, "--site", site])],
  [isRoot ? "build again, elsewhere, as nobody" : "build again, elsewhere", sameBytesElsewhere],
  ["lab, with squid as the proxy", () => lab(squidSite, squidPart)],
  [
    part.length > 0 ? `lab, and ${part.join(" ")}` : "lab, and every mode",
    () => lab(site, ["--matrix", ...part]),
  ],
  [`lab, ${armBoard}`, () => lab(site, [], armBoard)],
  [`lab, several LAN ports (${lanPortsBoard})`, () => lab(site, lanPortsPart, lanPortsBoard)],
];

const tallies: Tally[] = [];
for (const phase of process.argv.includes("--unit") ? quick : whole) tallies.push(await timed(phase));
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
process.stdout.write(`${passed} passed, ${failed} failed\n`);

async function timed([title, run]: Phase): Promise<Tally> {
  note(`── ${title}`);
  const started = performance.now();
  const tally = await run().catch((error: unknown) => {
    note(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1, skipped: 0 };
  });
  const counts = [
    ...(tally.passed > 0 ? [`${tally.passed} passed`] : []),
    ...(tally.failed > 0 ? [`${tally.failed} failed`] : []),
    ...(tally.skipped > 0 ? [`${tally.skipped} skipped`] : []),
  ];
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  note(`${tally.failed > 0 ? "✗" : "✓"} ${[title, ...counts].join(", ")} (${seconds} s)\n`);
  return tally;
}

/** A command that is no test by itself: it counts only when it fails. */
async function mustSucceed(argv: readonly string[]): Promise<Tally> {
  const { exitCode } = await start(argv);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${argv.join(" ")}`);
  return { passed: 0, failed: 0, skipped: 0 };
}

async function unitTests(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Tally> {
  const tap = new TapReader();
  const { exitCode } = await start(argv, { onLine: (line) => tap.read(line), environment });
  const tally = tap.tally();
  if (tally.failed > 0) note(tap.failures);
  else if (exitCode !== 0)
    throw new Error(`no test failed, but the test runner ended with exit code ${exitCode}`);
  else if (tally.passed === 0) throw new Error("no unit test ran");
  return tally;
}

/** What holds the native engine to its behaviour, with one that stops at the first wrong access. */
async function sanitized(): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-sanitized-"));
  try {
    const tests = ["test/proxy/captured/*.test.ts", "--match", "native: *"];
    return await unitTests(["ava", "--tap", ...tests], await compileSanitized(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same tests again: they are counted once, and here only as far as they fail. */
async function unitTestsUnprivileged(): Promise<Tally> {
  return { ...(await unitTests([asUnprivileged, "ava", "--tap"])), passed: 0 };
}

/** One test: the same inputs in another folder, by another user, give files with the same sha256. */
async function sameBytesElsewhere(): Promise<Tally> {
  const build = `${halfbridge.join(" ")} build ${board} --site ${site} >&2 && cat out/${board}/SHA256SUMS`;
  const lines: string[] = [];
  const { exitCode } = await start([asUnprivileged, "sh", "-c", build], {
    onLine: (line) => lines.push(line),
  });
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${build}`);
  const sums = join(projectRoot, "out", board, "SHA256SUMS");
  const here = (await readFile(sums, "utf8")).trimEnd();
  const there = lines.join("\n");
  if (here === there && here !== "") return { passed: 1, failed: 0, skipped: 0 };
  throw new Error(`the bytes differ; here:\n${here}\nelsewhere:\n${there}`);
}

/** The claims of a fresh report: the one of an earlier run is removed first. */
async function lab(siteFile: string, options: readonly string[], tested = board): Promise<Tally> {
  const reportFile = join(projectRoot, "out", tested, "report.json");
  await rm(reportFile, { force: true });
  const { exitCode } = await start([...halfbridge, "test", tested, "--site", siteFile, ...options]);
  if (!existsSync(reportFile))
    throw new Error(`the lab ended with exit code ${exitCode} and without a report`);
  const report: Report = JSON.parse(await readFile(reportFile, "utf8"));
  const tally = tallyClaims(report.claims);
  if (exitCode !== 0 && tally.failed === 0)
    throw new Error(`no claim failed, but the lab ended with ${exitCode}`);
  return tally;
}

interface Watched {
  readonly onLine?: (line: string) => void;
  /** Variables beside this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs a command that talks for itself; with `onLine`, its stdout is read line by line instead. */
async function start(
  [command = "", ...rest]: readonly string[],
  { onLine, environment = {} }: Watched = {},
): Promise<{ exitCode: number | null }> {
  const child = spawn(command, rest, {
    cwd: projectRoot,
    env: { ...process.env, ...environment },
    stdio: ["ignore", onLine === undefined ? "inherit" : "pipe", "inherit"],
  });
  const lines = child.stdout === null ? undefined : createInterface({ input: child.stdout });
  if (onLine !== undefined) lines?.on("line", onLine);
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode }));
  });
}
