/**
 * What scripts/test runs once the machine is ready: every phase, whatever became of the one before,
 * each with its time; then once more what failed, since whoever reads the end of a long log looks
 * there, and one line that sums up unit tests, builds and the lab's claims.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { projectRoot } from "../build/core/paths.ts";
import { note } from "../build/core/progress.ts";
import type { Report } from "../build/report/report.ts";
import { claimVerdict, tallyClaims, type Tally } from "../build/report/verdict.ts";
import { explain, nameRun } from "../build/report/wording.ts";
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

/** How many tests passed, failed and were skipped, and of each that failed which it was and why. */
interface Outcome extends Tally {
  readonly failures: readonly string[];
}

/** One part of the tests; an error that it throws counts as one failure. */
type Phase = readonly [title: string, run: () => Promise<Outcome>];

const nothingCounted: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };
/** How many of the last lines of a command that failed are told again. */
const lastLines = 20;

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

const outcomes: Outcome[] = [];
for (const phase of process.argv.includes("--unit") ? quick : whole) outcomes.push(await timed(phase));
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
for (const failure of outcomes.flatMap(({ failures }) => failures)) note(`${failure}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
process.stdout.write(`${passed} passed, ${failed} failed\n`);

async function timed([title, run]: Phase): Promise<Outcome> {
  note(`── ${title}`);
  const started = performance.now();
  const outcome = await run().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    note(message);
    return { ...nothingCounted, failed: 1, failures: [message] };
  });
  const counts = [
    ...(outcome.passed > 0 ? [`${outcome.passed} passed`] : []),
    ...(outcome.failed > 0 ? [`${outcome.failed} failed`] : []),
    ...(outcome.skipped > 0 ? [`${outcome.skipped} skipped`] : []),
  ];
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  note(`${outcome.failed > 0 ? "✗" : "✓"} ${[title, ...counts].join(", ")} (${seconds} s)\n`);
  return { ...outcome, failures: outcome.failures.map((failure) => `✗ ${title}: ${failure}`) };
}

/** A command that is no test by itself: it counts only when it fails. */
async function mustSucceed(argv: readonly string[]): Promise<Outcome> {
  const { exitCode, said } = await start(argv);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${argv.join(" ")}${said}`);
  return nothingCounted;
}

async function unitTests(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const tap = new TapReader();
  const { exitCode, said } = await start(argv, { onLine: (line) => tap.read(line), environment });
  const tally = tap.tally();
  if (tally.failed > 0) note(tap.failures);
  else if (exitCode !== 0)
    throw new Error(`no test failed, but the test runner ended with exit code ${exitCode}${said}`);
  else if (tally.passed === 0) throw new Error(`no unit test ran${said}`);
  return { ...tally, failures: tally.failed > 0 ? [tap.failures] : [] };
}

/** What holds the native engine to its behaviour, with one that stops at the first wrong access. */
async function sanitized(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-sanitized-"));
  try {
    const tests = ["test/proxy/captured/*.test.ts", "--match", "native: *"];
    return await unitTests(["ava", "--tap", ...tests], await compileSanitized(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same tests again: they are counted once, and here only as far as they fail. */
async function unitTestsUnprivileged(): Promise<Outcome> {
  return { ...(await unitTests([asUnprivileged, "ava", "--tap"])), passed: 0 };
}

/** One test: the same inputs in another folder, by another user, give files with the same sha256. */
async function sameBytesElsewhere(): Promise<Outcome> {
  const build = `${halfbridge.join(" ")} build ${board} --site ${site} >&2 && cat out/${board}/SHA256SUMS`;
  const lines: string[] = [];
  const { exitCode, said } = await start([asUnprivileged, "sh", "-c", build], {
    onLine: (line) => lines.push(line),
  });
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${build}${said}`);
  const sums = join(projectRoot, "out", board, "SHA256SUMS");
  const here = (await readFile(sums, "utf8")).trimEnd();
  const there = lines.join("\n");
  if (here === there && here !== "") return { ...nothingCounted, passed: 1 };
  throw new Error(`the bytes differ; here:\n${here}\nelsewhere:\n${there}`);
}

/** The claims of a fresh report: the one of an earlier run is removed first. */
async function lab(siteFile: string, options: readonly string[], tested = board): Promise<Outcome> {
  const reportFile = join(projectRoot, "out", tested, "report.json");
  await rm(reportFile, { force: true });
  const argv = [...halfbridge, "test", tested, "--site", siteFile, ...options];
  const { exitCode, said } = await start(argv);
  if (!existsSync(reportFile))
    throw new Error(`the lab ended with exit code ${exitCode} and without a report${said}`);
  const { claims }: Report = JSON.parse(await readFile(reportFile, "utf8"));
  const tally = tallyClaims(claims);
  if (exitCode !== 0 && tally.failed === 0)
    throw new Error(`no claim failed, but the lab ended with exit code ${exitCode}${said}`);
  const failing = claims.filter((claim) => claimVerdict(claim) === "failed");
  return {
    ...tally,
    failures: failing.map((claim) => [`${nameRun(claim)}: ${claim.title}`, ...explain(claim)].join("\n  ")),
  };
}

interface Watched {
  readonly onLine?: (line: string) => void;
  /** Variables beside this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
}

interface Ended {
  readonly exitCode: number | null;
  /** The last lines that it said, each on one of its own below; empty where a terminal has them. */
  readonly said: string;
}

/** Runs a command that talks for itself; with `onLine`, its stdout is read line by line instead. */
async function start(
  [command = "", ...rest]: readonly string[],
  { onLine, environment = {} }: Watched = {},
): Promise<Ended> {
  const there = process.stderr.isTTY ? "inherit" : "pipe";
  const child = spawn(command, rest, {
    cwd: projectRoot,
    env: { ...process.env, ...environment },
    stdio: ["ignore", onLine === undefined ? there : "pipe", there],
  });
  const said: string[] = [];
  const passOn = (to: NodeJS.WritableStream) => (line: string) => {
    to.write(`${line}\n`);
    said.push(`\n  ${line}`);
    if (said.length > lastLines) said.shift();
  };
  const read = (input: Readable | null, handle: (line: string) => void) =>
    input === null ? undefined : createInterface({ input }).on("line", handle);
  read(child.stdout, onLine ?? passOn(process.stdout));
  read(child.stderr, passOn(process.stderr));
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, said: said.join("") }));
  });
}
