/**
 * The proxy's speed beside that of its peers, measured on this machine: `npm run bench:proxy`. All of it
 * happens in namespaces of its own, with traffic between them only. Writes out/bench/proxy.json, and tables
 * as Markdown to stdout; docs/proxy.md says how to read them. Takes some 15 minutes, with --quick two or three.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { reportFailure } from "../build/cli/failure.ts";
import { endOnSignals } from "../build/core/interrupt.ts";
import { projectRoot } from "../build/core/paths.ts";
import { requireDebianPackages } from "./bench/debian-packages.ts";
import type { Outcome } from "./bench/job.ts";
import { parseOptions, usage, type Options } from "./bench/options.ts";
import { buildPrograms } from "./bench/build-programs.ts";
import { peers } from "./bench/peers/peers.ts";
import { runInside } from "./bench/run-inside.ts";
import { formatMedians, formatTargets } from "./bench/table.ts";

endOnSignals();
try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") process.stdout.write(usage);
  else await main(options);
} catch (error) {
  process.exitCode ??= reportFailure(error, false);
}

async function main(options: Options): Promise<void> {
  const rows = peers.filter(({ id }) => options.peers.includes(id));
  await requireDebianPackages(rows, options);
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-bench-"));
  await chmod(folder, 0o755);
  try {
    await buildPrograms(folder);
    const outcome = await runInside({ folder, ...options });
    if (outcome.samples.length > 0) await writeOutcome(options, outcome);
    if (options.profile === undefined) process.stdout.write(format(rows, outcome));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeOutcome(options: Options, outcome: Outcome): Promise<void> {
  const machine = { cores: availableParallelism(), model: cpus()[0]?.model ?? "", kernel: release() };
  const folder = join(projectRoot, "out", "bench");
  await mkdir(folder, { recursive: true });
  const text = JSON.stringify({ machine, options, ...outcome }, null, 2);
  await writeFile(join(folder, "proxy.json"), `${text}\n`);
}

function format(rows: typeof peers, { samples, leftOut, remarks }: Outcome): string {
  const measured = rows.filter(({ id }) => samples.some(({ peer }) => peer === id));
  const ours = measured.filter(({ id }) => id.startsWith("halfbridge"));
  const machine = `${availableParallelism()} × ${cpus()[0]?.model}, Linux ${release()}`;
  return [
    machine,
    ...(samples.length === 0 ? [] : [formatMedians(measured, samples)]),
    ...(ours.length === 0 ? [] : [formatTargets(ours, samples)]),
    ...leftOut.map(({ peer, why }) => `Left out: ${peer}: ${why}`),
    ...remarks,
  ]
    .map((part) => `${part.trimEnd()}\n`)
    .join("\n");
}
