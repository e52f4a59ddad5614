import { createInterface } from "node:readline/promises";
import { Option, type Command } from "commander";
import { boardSchema } from "../../config/board-schema.ts";
import { readBoard } from "../../config/board.ts";
import { nameOf } from "../../config/document.ts";
import { InputError, ToolError, formatFault } from "../../core/faults.ts";
import { interruption } from "../../core/interrupt.ts";
import { note } from "../../core/progress.ts";
import { proofOf } from "../../plan/proof-level.ts";
import { askForBoard } from "../ask-for-board.ts";
import { checkProfile } from "../check-profile.ts";
import { packageCache, takesBoards } from "../inputs.ts";
import { writeNewBoard, type NewBoard } from "../new-board.ts";

/** `halfbridge board new`, `halfbridge board check` */
export function addBoard(program: Command): void {
  const board = program.command("board").description("write a board's profile, or check one");
  addNew(board);
  addCheck(board);
}

const severally = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

function addNew(board: Command): void {
  const architectures = new Option("--arch <arch>", "the CPU by Debian's name");
  takesBoards(board.command("new"))
    .description("write a new board's profile, with comments; at a terminal it asks for what no flag says")
    .argument("[name]", "short name, as the file is to be called")
    .option("--title <text>", "what people call it")
    .option("--family <name>", "the family that has what the profile needn't say")
    .addOption(architectures.choices(boardSchema.properties.arch.enum))
    .option("--memory <MiB>", "RAM of the smallest variant")
    .option("--storage <MiB>", "storage of the smallest variant")
    .option("--isp <port>", "port that faces the ISP: NAME, NAME=PLACE below /sys/devices, or NAME=dsa:LABEL")
    .option("--lan <port>", "port that faces the LAN, likewise; may be given several times", severally)
    .option("--device-tree <file>", "device tree in the kernel package")
    .option("--compatible <model>", "what that tree's root calls itself first")
    .option("--uboot-build <name>", "which of Debian's U-Boot builds the image is to bring along")
    .option("--console <tty>", "a kernel console; may be given several times", severally)
    .option("--driver <module>", "a network driver; may be given several times", severally)
    .option("--storage-driver <module>", "a storage driver; may be given several times", severally)
    .option("--medium <text>", "what the image goes onto")
    .option("--step <text>", "a step of flashing; may be given several times", severally)
    .option("--source <key=text>", "where machine, memory, storage or ports are from; likewise", severally)
    .action(async (name: string | undefined, { boards, ...flags }: NewBoard & { boards: string }) => {
      const known = { ...(name === undefined ? {} : { name }), ...flags };
      const complete = process.stdin.isTTY ? await askAtTerminal(known, boards) : known;
      const file = await writeNewBoard(complete, boards);
      process.stdout.write(`${nameOf(file)}\n`);
      await tellWhatIsLeft(file);
    });
}

async function askAtTerminal(known: NewBoard, folder: string): Promise<NewBoard> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // readline takes Ctrl-C for itself
  terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await askForBoard(known, folder, async (question, otherwise = "") => {
      const shown = otherwise === "" ? question : `${question} [${otherwise}]`;
      return (await terminal.question(`${shown}: `, { signal: interruption })) || otherwise;
    });
  } catch (error) {
    // Ctrl-D
    if (!interruption.aborted && error instanceof Error && error.name === "AbortError")
      throw new ToolError("a question wasn't answered, and nothing was written");
    throw error;
  } finally {
    terminal.close();
  }
}

async function tellWhatIsLeft(file: string): Promise<void> {
  try {
    await readBoard(file);
    note(`Next: halfbridge board check ${nameOf(file)}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    note(`Left to fill in, then: halfbridge board check ${nameOf(file)}`);
    for (const fault of error.faults) note(`  ${formatFault(fault)}`);
  }
}

function addCheck(board: Command): void {
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
