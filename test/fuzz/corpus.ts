import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { projectRoot } from "../../build/core/paths.ts";
import { readEscapes, writeEscapes } from "../proxy/http/escapes.ts";

/**
 * Kept in git: `<target>.txt` has inputs, one a line, that between them run all code that any ran;
 * `<target>-found-…` is one that failed.
 */
const folder = join(projectRoot, "test", "fuzz", "corpus");

/** What is kept; what failed once comes first. */
export function readCorpus(target: string): Buffer[] {
  const found = readdirSync(folder)
    .filter((name) => name.startsWith(`${target}-found-`))
    .map((name) => readFileSync(join(folder, name)));
  const file = join(folder, `${target}.txt`);
  const lines = existsSync(file) ? readFileSync(file, "latin1").split("\n").slice(0, -1) : [];
  return [...found, ...lines.map(readEscapes)];
}

export function writeCorpus(target: string, inputs: readonly Buffer[]): void {
  if (inputs.length === 0) return rmSync(join(folder, `${target}.txt`), { force: true });
  const lines = inputs.map((input) => `${writeEscapes(input)}\n`);
  writeFileSync(join(folder, `${target}.txt`), lines.join(""));
}

/** Keeps an input that failed where the next run tries it first; returns where. */
export function keepFailing(target: string, input: Buffer): string {
  const name = `${target}-found-${createHash("sha256").update(input).digest("hex").slice(0, 8)}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), input);
    return relative(projectRoot, join(folder, name));
  } catch {
    // The checkout may be another user's.
    writeFileSync(join(tmpdir(), name), input);
    return join(tmpdir(), name);
  }
}
