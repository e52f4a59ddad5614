import type { Command } from "commander";
import { InputError } from "../../core/faults.ts";
import { proofOf } from "../../plan/proof-level.ts";
import { checkProfile } from "../check-profile.ts";
import { packageCache } from "../inputs.ts";

/** `halfbridge board new`, `halfbridge board check` */
export function addBoard(program: Command): void {
  const board = program.command("board").description("write a board's profile, or check one");
  board
    .command("check")
    .description(
      "say every fault of a profile, of its kernel's and device tree's too, and how far it can be proven",
    )
    .argument("<file>", "the profile")
    .option("--json", "as JSON")
    .action(async (file: string, { json }: { json?: true }) => {
      const { faults, board: checked } = await checkProfile(file, packageCache);
      if (faults.length > 0 || checked === undefined) throw new InputError(faults);
      const proof = proofOf(checked);
      const { level, startedBy, notExercised } = proof;
      if (json) process.stdout.write(`${JSON.stringify({ board: checked.name, proof }, null, 2)}\n`);
      else
        process.stdout.write(
          `${file}: a sound board\nproof level: ${level}${startedBy === "" ? "" : `; the lab starts its image by ${startedBy}`}\nleft untried: ${notExercised.join(", ")}\n`,
        );
    });
}
