import type { Command } from "commander";
import { listBoards, readBoardByName } from "../../config/board.ts";

/** `halfbridge boards` */
export function addBoards(program: Command): void {
  program
    .command("boards")
    .description("list the boards that images can be built for")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: true }) => {
      const boards = await Promise.all((await listBoards()).map(readBoardByName));
      if (json) {
        const rows = boards.map(({ name, title, base, arch, memoryMiB, storageMiB }) => ({
          name,
          title,
          base,
          arch,
          memoryMiB,
          storageMiB,
        }));
        process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
        return;
      }
      for (const { name, title, base, arch, memoryMiB, storageMiB } of boards) {
        process.stdout.write(
          `${name.padEnd(12)} ${title} (${arch}, ${base}; RAM ${memoryMiB} MiB, storage ${storageMiB} MiB)\n`,
        );
      }
    });
}
