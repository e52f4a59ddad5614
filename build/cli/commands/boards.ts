import { Option, type Command } from "commander";
import { hasOwnImage, readAllProfiles, type BoardProfile } from "../../config/board.ts";
import { proofOfProfile } from "../../plan/proof-level.ts";
import { formatTable } from "../../report/text-table.ts";
import { formatMatrix, matrixFormats } from "../ci-matrix.ts";
import { takesBoards } from "../inputs.ts";

interface BoardsFlags {
  readonly boards: string;
  readonly json?: true;
  readonly format?: (typeof matrixFormats)[number];
}

/** `halfbridge boards` */
export function addBoards(program: Command): void {
  takesBoards(program.command("boards"))
    .description("list the boards that images can be built for, and how far each is proven")
    .option("--json", "as JSON")
    .addOption(
      new Option("--format <ci>", "print the matrix that spreads them over a CI's machines")
        .choices(matrixFormats)
        .conflicts("json"),
    )
    .addHelpText(
      "after",
      `
Proof levels: image, the lab boots the image file itself; payload, only its kernel and root file system;
hardware, its profile has evidence of someone who ran it on the model itself.`,
    )
    .action(async ({ boards: folder, json, format }: BoardsFlags) => {
      const boards = await readAllProfiles(folder);
      if (format !== undefined) process.stdout.write(formatMatrix(boards.filter(hasOwnImage), format));
      else if (json) process.stdout.write(`${JSON.stringify(boards.map(rowOf), null, 2)}\n`);
      else process.stdout.write(`${formatBoards(boards).join("\n")}\n`);
    });
}

const rowOf = (board: BoardProfile) => {
  const { name, title, base, arch, memoryMiB, storageMiB } = board;
  // beside its own base, what --imagebuilder and --openwrt-source know of it
  const bases = [...new Set([base, ...(board.openwrt === undefined ? [] : ["openwrt"])])];
  return { name, title, base, bases, arch, memoryMiB, storageMiB, proof: proofOfProfile(board) };
};

function formatBoards(boards: readonly BoardProfile[]): string[] {
  const rows = boards
    .map(rowOf)
    .map(({ name, title, bases, arch, memoryMiB, storageMiB, proof }) => [
      ...[name, title, bases.join(", "), arch, `${memoryMiB} MiB`, `${storageMiB} MiB`],
      ...[proof.level, proof.notExercised.join(", ")],
    ]);
  return formatTable([["board", "what it is", "base", "CPU", "RAM", "storage", "proof", "untried"], ...rows]);
}
