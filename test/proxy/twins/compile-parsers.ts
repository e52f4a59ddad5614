import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { projectRoot } from "../../../build/core/paths.ts";
import { run } from "../../../build/core/run.ts";
import { policySources } from "../../../build/payload/compile-addon.ts";

const addon = join(projectRoot, "proxy", "addon");
const parsers = [
  ...["http-line", "http-target", "http-request", "http-answer", "http-chunks", "hello"].map((name) =>
    join("engine", `${name}.c`),
  ),
  ...policySources,
];
const sanitized = [
  ...["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-pie"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
];

const programs = new Map<boolean, Promise<string>>();

/** proxy/addon/test/judge-bytes.c with the parsers, by the machine's gcc: once a process, and gone with it. */
export function compileParsers(coverage: boolean): Promise<string> {
  const program = programs.get(coverage) ?? compile(coverage);
  programs.set(coverage, program);
  return program;
}

async function compile(coverage: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-judge-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const program = join(folder, "judge-bytes");
  const sources = parsers.map((name) => join(addon, name));
  const harness = join(addon, "test", "judge-bytes.c");
  if (!coverage) {
    await run(["gcc", ...sanitized, "-no-pie", "-o", program, harness, ...sources]);
    return program;
  }
  // Only the parsers are to be noticed.
  await run(["gcc", ...sanitized, "-fsanitize-coverage=trace-pc", "-c", ...sources], { cwd: folder });
  const objects = parsers.map((name) => join(folder, `${basename(name, ".c")}.o`));
  const others = [harness, join(addon, "test", "coverage.c")];
  await run(["gcc", ...sanitized, "-no-pie", "-o", program, ...others, ...objects]);
  return program;
}
