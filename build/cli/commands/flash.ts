import type { Command } from "commander";
import { readBoardByName } from "../../config/board.ts";
import { note } from "../../core/progress.ts";
import { confirmByName, type Erasure } from "../../flash/confirm.ts";
import { flash, type Flashed } from "../../flash/flash.ts";
import { findPublishedImage, type PublishedImage } from "../../flash/published-image.ts";
import { formatBytes } from "../../flash/target.ts";
import { outDirectory, takesBoards } from "../inputs.ts";

interface FlashFlags {
  readonly boards: string;
  readonly to: string;
  readonly yes?: true;
  readonly json?: true;
}

/** `halfbridge flash` */
export function addFlash(program: Command): void {
  takesBoards(program.command("flash"))
    .description("write the image that was built for a board onto a disk, and read it back")
    .argument("<board>", "a board of board-configs/")
    .requiredOption(
      "--to <device>",
      "the whole disk, such as /dev/sdb, or a file that is there, in its stead",
    )
    .option("--yes", "don't ask whether the disk may be erased")
    .option("--json", "what was done, as JSON")
    .action(async (boardName: string, { boards, to, yes, json }: FlashFlags) => {
      const { name } = await readBoardByName(boardName, boards);
      const image = await findPublishedImage(name, outDirectory);
      const terminal = { input: process.stdin, output: process.stderr };
      const confirm = async (erasure: Erasure) => (yes ? undefined : confirmByName(erasure, terminal));
      const flashed = await flash(image, to, confirm);
      if (json)
        process.stdout.write(`${JSON.stringify({ board: name, image: image.shown, ...flashed }, null, 2)}\n`);
      else tell(image, flashed);
    });
}

function tell({ shown, instructions }: PublishedImage, flashed: Flashed): void {
  const { device, writtenBytes, clearedBytes, direct } = flashed;
  const how = direct
    ? "past the page cache (O_DIRECT)"
    : "after the kernel was asked to forget its copy (this file system has no O_DIRECT)";
  const cleared = clearedBytes === 0 ? "" : `, and ${formatBytes(clearedBytes)} that were cleared,`;
  process.stdout.write(`${device} holds ${shown}\n`);
  note(`${formatBytes(writtenBytes)}${cleared} were read back ${how}: they are the image's.`);
  note(`What to do next: ${instructions}, from "Put it to work" on.`);
}
