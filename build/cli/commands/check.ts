import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { checkFile, type Checked } from "../../config/check.ts";
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
      else process.stdout.write(checked.map(describe).join(""));
    });
}

/** A sound file, and what its lists come to: a line that is skipped is no fault, but is worth knowing. */
function describe({ file, kind, lists }: Checked): string {
  const lines = lists.map(({ list, names, patternsAndUrls, skipped }) => {
    const reasons = Object.entries(skipped).map(([why, count]) => `; skipped ${count} lines: ${why}`);
    return `  ${list}: ${names} names, ${patternsAndUrls} patterns and URLs${reasons.join("")}`;
  });
  return [`${file}: a sound ${kind}`, ...lines].map((line) => `${line}\n`).join("");
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
