import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { checkFile } from "../../config/check.ts";
import { InputError } from "../../core/faults.ts";
import { projectRoot } from "../../core/paths.ts";

/** `halfbridge check [FILES…]` */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description("say every fault of board profiles and site files")
    .argument("[files...]", "YAML files; without any, all boards and example sites of this checkout")
    .option("--json", "as JSON")
    .action(async (given: string[], { json }: { json?: true }) => {
      const files = given.length > 0 ? given : await ownFiles();
      const checked = await Promise.all(files.map(checkFile));
      const faults = checked.flatMap((result) => result.faults);
      if (faults.length > 0) throw new InputError(faults);
      if (json) process.stdout.write(`${JSON.stringify({ files: checked, faults }, null, 2)}\n`);
      else for (const { file, kind } of checked) process.stdout.write(`${file}: a sound ${kind}\n`);
    });
}

async function ownFiles(): Promise<string[]> {
  const folders = await Promise.all(
    ["board-configs", "sites"].map(async (folder) => {
      const names = await readdir(join(projectRoot, folder));
      return names.filter((name) => name.endsWith(".yaml")).map((name) => join(projectRoot, folder, name));
    }),
  );
  return folders.flat().sort();
}
