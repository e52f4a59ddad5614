import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { note } from "../../core/progress.ts";
import { outDirectory } from "../inputs.ts";

/** `halfbridge clean` */
export function addClean(program: Command): void {
  program
    .command("clean")
    .description("remove what was built")
    .option("--all", "and everything that was downloaded")
    .action(async ({ all }: { all?: true }) => {
      const doomed = existsSync(outDirectory)
        ? (await readdir(outDirectory)).filter((name) => name !== ".cache")
        : [];
      const cached = all ? [".cache"] : [join(".cache", "steps")];
      for (const name of [...doomed, ...cached])
        await rm(join(outDirectory, name), { recursive: true, force: true });
      note(
        all
          ? "Removed what was built and what was downloaded."
          : "Removed what was built; downloads are kept (--all removes them too).",
      );
    });
}
