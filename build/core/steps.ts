import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { hashOf } from "./hash.ts";
import { projectRoot } from "./paths.ts";
import { step } from "./progress.ts";
import { shareWork } from "./share-work.ts";

/** A step's result on disk, and the identity that it was made under. */
export interface StepResult {
  readonly key: string;
  /** The file or folder that the step made. */
  readonly path: string;
}

export interface StepDefinition {
  readonly name: string;
  /** What is said while it runs. */
  readonly title: string;
  /** All that the result depends on, as plain data. */
  readonly inputs: unknown;
  /** Writes the result to `path`, which isn't there yet. */
  readonly make: (path: string) => Promise<void>;
}

/** How many results of one step are kept, the last used ones: as many as there may be boards. */
const kept = 32;

/**
 * Runs a step unless a result of the same name and inputs is there, or being made: boards that are built at
 * the same time share it. The result appears whole or not at all: it is made under a temporary name and renamed.
 */
export async function runStep(cache: string, definition: StepDefinition): Promise<StepResult> {
  const { name, inputs } = definition;
  const folder = join(cache, "steps", name);
  const key = hashOf({ name, inputs });
  const path = join(folder, key.slice(0, 24));
  await shareWork(path, () => makeResult(path, folder, definition));
  return { key, path };
}

async function makeResult(path: string, folder: string, { title, make }: StepDefinition): Promise<void> {
  if (existsSync(path)) return touch(path);
  await mkdir(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await step(title, () => make(unfinished));
    await rename(unfinished, path).catch((error: unknown) => {
      if (!existsSync(path)) throw error; // another build may have been first
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await touch(path);
  await prune(folder);
}

/** The result was used just now. */
const touch = (path: string): Promise<void> => utimes(path, new Date(), new Date());

async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith(".tmp"));
  const aged = await Promise.all(
    names.map(async (name) => ({
      name,
      // another build may prune the same folder
      ms: await stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  const old = aged.sort((a, b) => b.ms - a.ms).slice(kept);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}

/** sha256 over the names and texts of source files or folders: the code that a step runs is an input too. */
export async function hashSources(...paths: readonly string[]): Promise<string> {
  const files = await Promise.all(paths.map(filesBelow));
  const texts = await Promise.all(
    files.flat().map(async (file) => [file, await readFile(join(projectRoot, file), "utf8")] as const),
  );
  return hashOf(texts);
}

async function filesBelow(path: string): Promise<string[]> {
  const absolute = join(projectRoot, path);
  if ((await stat(absolute)).isFile()) return [path];
  const entries = await readdir(absolute, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot.length + 1))
    .sort();
}
