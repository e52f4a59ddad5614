/** The router's scripts as they are in the checkout, run on a made-up root by the host's shell. */
import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { projectRoot } from "../../build/core/paths.ts";

export const overlay = join(projectRoot, "overlays", "payload");

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script with variables added to the environment; `programs` is a folder that comes first in PATH. */
export function runScript(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  programs?: string,
): Ran {
  const path = process.env["PATH"] ?? "";
  return spawnSync("sh", argv, {
    encoding: "utf8",
    timeout: 60_000,
    env: {
      ...process.env,
      LC_ALL: "C.UTF-8",
      ...variables,
      PATH: programs === undefined ? path : `${programs}${delimiter}${path}`,
    },
  });
}

/** A script of the router's, in which absolute paths that start like one of these are below `root` instead. */
export async function relocate(
  path: string,
  starts: readonly string[],
  root: string,
  from = overlay,
): Promise<string> {
  const text = await readFile(join(from, path), "utf8");
  return text.replace(new RegExp(`(?<=^|[\\s="(])(?=${starts.join("|")})`, "gm"), root);
}

/** Writes files below a root, folders included; what starts with `#!` can be run. */
export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    if (text.startsWith("#!")) await chmod(file, 0o755);
  }
}
