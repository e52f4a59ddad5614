import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "./paths.ts";

/** Halfbridge's own version. */
export async function projectVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
