import { basename } from "node:path";
import { InputError, ToolError } from "../core/faults.ts";
import { interruption } from "../core/interrupt.ts";
import { note, step } from "../core/progress.ts";
import { bytesOf } from "./block-map.ts";
import { compare } from "./compare.ts";
import type { Erasure } from "./confirm.ts";
import { openDisk, openSource, type Disk, type Source } from "./disk.ts";
import { inspectTarget } from "./inspect-target.ts";
import { judgeTarget } from "./judge-target.ts";
import type { PublishedImage } from "./published-image.ts";
import { describeDevice, findDevice, formatBytes, type Target } from "./target.ts";
import { clearGaps, writeRanges } from "./write-image.ts";

/** What was done, in bytes. */
export interface Flashed {
  readonly device: string;
  readonly description: string;
  readonly writtenBytes: number;
  /** What the device held where the image is empty. */
  readonly clearedBytes: number;
  /** What was read back and is as it was written. */
  readonly verifiedBytes: number;
  /** It was read past the page cache. */
  readonly direct: boolean;
}

/**
 * Writes an image onto a disk, or a file in its stead, and reads it back. Throws an InputError where the target
 * may not be written to, before anything is; `confirm` throws it where the user doesn't want to.
 *
 * bmaptool(1) would write it, too, but leaves what the disk held where the map has gaps, tells how far it is only
 * to a terminal, opens the disk by its name anew (a disk that was pulled becomes a file), and reads nothing back.
 */
export async function flash(
  image: PublishedImage,
  path: string,
  confirm: (erasure: Erasure) => Promise<void>,
): Promise<Flashed> {
  const target = await inspectTarget(path, image.file);
  const faults = judgeTarget(path, target, image.map.imageBytes);
  if (faults.length > 0) throw new InputError(faults);
  const { description, name } = describe(path, target);
  const disk = await openDisk(path);
  const source = await openSource(image.file, image.shown);
  try {
    await step("Hold the image against its block map", (tell) =>
      compare(source, { ranges: image.map.ranges, empty: [] }, "build it again", tell),
    );
    await confirm({ path, description, name });
    const counts = await writeAndReadBack(disk, source, image, name);
    return { device: path, description, ...counts, direct: disk.direct };
  } finally {
    await source.handle.close();
    await disk.handle.close();
  }
}

function describe(path: string, target: Target): { description: string; name: string } {
  if (target.kind === "device") {
    const device = findDevice(target.number, target.disks)?.device;
    if (device !== undefined) return { description: describeDevice(device), name: device.name };
  }
  const size = target.kind === "file" ? formatBytes(target.bytes) : "";
  return { description: `the file ${basename(path)}, ${size}`, name: basename(path) };
}

async function writeAndReadBack(
  disk: Disk,
  source: Source,
  { map }: PublishedImage,
  name: string,
): Promise<Pick<Flashed, "writtenBytes" | "clearedBytes" | "verifiedBytes">> {
  const writtenBytes = bytesOf(map.ranges);
  const state = `${disk.path} now holds a half-written image: flash it again before you use it`;
  const sayState = () => note(state); // at once: a disk that hangs keeps this process until it is ended hard
  interruption.addEventListener("abort", sayState);
  try {
    const empty = await step(`Clear what ${name} held where the image is empty`, (tell) =>
      clearGaps(disk, map, tell),
    );
    await step(`Write ${formatBytes(writtenBytes)} to ${name}`, (tell) =>
      writeRanges(disk, source, map, tell),
    );
    await step(`Read ${name} back`, (tell) =>
      compare(disk, { ranges: map.ranges, empty }, "the medium or its reader is at fault: try another", tell),
    );
    const clearedBytes = bytesOf(empty);
    return { writtenBytes, clearedBytes, verifiedBytes: writtenBytes + clearedBytes };
  } catch (error) {
    throw interruption.aborted ? error : withState(error, state);
  } finally {
    interruption.removeEventListener("abort", sayState);
  }
}

function withState(error: unknown, state: string): ToolError {
  const { message, stack, syscall } = error as NodeJS.ErrnoException;
  const isForeseen = error instanceof ToolError || syscall !== undefined;
  return new ToolError(`${isForeseen ? message : stack}\n${state}`);
}
