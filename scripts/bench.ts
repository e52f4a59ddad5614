/**
 * The numbers of issue and README, measured on this machine: `npm run bench`. Works on a clone of the last
 * commit in a temporary folder, with a home and an npm cache of its own, so that nothing that is already
 * here helps. Writes out/bench.json and a table. Takes some ten minutes.
 */
import { spawn } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { rootPackages } from "../build/base/debian/packages.ts";
import { projectRoot } from "../build/core/paths.ts";
import { note } from "../build/core/progress.ts";
import { run } from "../build/core/run.ts";
import { findMirrors } from "../build/debian/mirrors.ts";
import { suite } from "../build/debian/suite.ts";
import type { Figure, Report } from "../build/report/report.ts";

const work = await mkdtemp(join(tmpdir(), "halfbridge-bench-"));
const clone = join(work, "halfbridge");
const home = join(work, "home");
const environment = { ...process.env, HOME: home, npm_config_cache: join(home, ".npm"), CI: "true" };
const halfbridge = ["node_modules/.bin/node", "build/cli/main.ts"];
const template = join(clone, "templates/payload/usr/lib/halfbridge/engines/halfbridge.hbs");

try {
  await mkdir(home);
  await run(["git", "clone", "--quiet", projectRoot, clone]);
  const figures = await measure();
  await mkdir(join(projectRoot, "out"), { recursive: true });
  const machine = { cores: availableParallelism(), model: cpus()[0]?.model ?? "", kernel: await kernel() };
  await writeFile(join(projectRoot, "out/bench.json"), `${JSON.stringify({ machine, figures }, null, 2)}\n`);
  process.stdout.write(
    `${machine.cores} × ${machine.model}, Linux ${machine.kernel}\n\n${formatTable(figures)}`,
  );
} finally {
  await rm(work, { recursive: true, force: true });
}

async function measure(): Promise<Figure[]> {
  const cold = await seconds("scripts/build, cold (host packages are there)", ["scripts/build"]);
  const report = JSON.parse(await readFile(join(clone, "out/x86-64/report.json"), "utf8")) as Report;
  await seconds("clean", [...halfbridge, "clean", "--all"]);
  const image = await seconds("image, from an empty cache", [...halfbridge, "build"]);
  const again = await seconds("image, nothing changed", [...halfbridge, "build"]);
  const release = await secondsAfterEdit("image after an edit of a template", []);
  await seconds("fast image", [...halfbridge, "build", "--fast"]);
  const fast = await secondsAfterEdit("fast image after an edit of a template", ["--fast"]);
  const reference = await mmdebstrap();
  return [
    figure("cold", "scripts/build, cold: set-up, image, lab", cold, 360),
    figure("image", "Image, from an empty cache", image, 90),
    figure("unchanged", "Image, nothing changed", again, 1),
    figure("release-edit", "Image after an edit of a template", release, 45),
    figure("fast-edit", "The same with --fast", fast, 10),
    ...report.figures,
    ...reference,
  ];
}

/**
 * What is usually taken for such an image, side by side: mmdebstrap with the same packages to a squashfs.
 * Left out, and said so, where mmdebstrap isn't installed.
 */
async function mmdebstrap(): Promise<Figure[]> {
  for (const tool of ["mmdebstrap", "tar2sqfs"]) {
    const { exitCode } = await run(["sh", "-c", 'command -v "$1"', "sh", tool], { okCodes: [0, 1, 127] });
    if (exitCode === 0) continue;
    note(`${tool} is not installed (packages mmdebstrap, squashfs-tools-ng): no reference is measured`);
    return [];
  }
  const { archive } = await findMirrors();
  const packages = [
    ...rootPackages.filter((name) => name !== "busybox-static"),
    "busybox",
    "linux-image-amd64",
    "nodejs",
  ];
  const file = join(work, "reference.squashfs");
  const mode = process.getuid?.() === 0 ? "root" : "unshare";
  const taken = await seconds("reference: mmdebstrap with the same packages to a squashfs", [
    ...["mmdebstrap", `--mode=${mode}`, "--variant=essential", `--include=${packages.join(",")}`],
    ...["--format=squashfs", suite, file, archive],
  ]);
  const { size } = await stat(file);
  return [
    figure("reference", "Reference: mmdebstrap to a squashfs", taken),
    { id: "reference-size", title: "Reference: its size", value: Math.round(size / 1e5) / 10, unit: "MB" },
  ];
}

async function secondsAfterEdit(title: string, flags: readonly string[]): Promise<number> {
  await appendFile(template, "# edited\n");
  return seconds(title, [...halfbridge, "build", ...flags]);
}

/** Runs a command in the clone and gives its time in seconds; its output goes to this one's stderr. */
async function seconds(title: string, [command = "", ...rest]: readonly string[]): Promise<number> {
  note(`── ${title}`);
  const started = performance.now();
  const child = spawn(command, rest, { cwd: clone, env: environment, stdio: ["ignore", 2, 2] });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code !== 0) throw new Error(`${title}: exit code ${code}`);
  return (performance.now() - started) / 1000;
}

function figure(id: string, title: string, value: number, atMost?: number): Figure {
  return {
    id,
    title,
    value: Math.round(value * 10) / 10,
    unit: "s",
    ...(atMost === undefined ? {} : { atMost }),
  };
}

async function kernel(): Promise<string> {
  return (await run(["uname", "-r"])).stdout.trim();
}

function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ title, value, unit, atMost }) => {
    const limit = atMost === undefined ? "" : `${atMost} ${unit}`;
    const ratio = atMost === undefined ? "" : (value / atMost).toFixed(2);
    return `| ${title} | ${value} ${unit} | ${limit} | ${ratio} |`;
  });
  return `${["| what | measured | at most | ratio |", "|---|---|---|---|", ...rows].join("\n")}\n`;
}
