/**
 * Goldens: what a function prints, kept as plain text under `test/goldens/`, so that a change of it
 * shows up as a diff in review. `npm run goldens` rewrites them.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ExecutionContext } from "ava";
import { projectRoot } from "../build/core/paths.ts";

const goldens = join(projectRoot, "test/goldens");

/** Asserts that `text` is what `test/goldens/<name>` holds; under UPDATE_GOLDENS=1 makes it so. */
export async function assertGolden(t: ExecutionContext, name: string, text: string): Promise<void> {
  const file = join(goldens, name);
  if (process.env["UPDATE_GOLDENS"] === "1") {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    t.pass();
  } else if (existsSync(file)) {
    t.is(
      text,
      await readFile(file, "utf8"),
      `test/goldens/${name} differs; if that is meant: npm run goldens`,
    );
  } else {
    t.fail(`test/goldens/${name} is missing; if the test is new: npm run goldens`);
  }
}
