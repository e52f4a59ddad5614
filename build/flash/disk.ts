import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { InputError, ToolError } from "../core/faults.ts";
import { interruption } from "../core/interrupt.ts";
import { run } from "../core/run.ts";
import type { Range } from "./block-map.ts";

/** What is read from, chunk by chunk. */
export interface Source {
  /** As it is shown to people. */
  readonly path: string;
  readonly handle: FileHandle;
  /** Holds one chunk. */
  readonly buffer: Buffer;
}

/** A disk, or a file in its stead, that is open to be written and read. */
export interface Disk extends Source {
  /** Reads and writes go past the page cache. */
  readonly direct: boolean;
}

/**
 * Opens a target for this process alone: Linux grants O_EXCL on a block device only while nobody has it mounted
 * or claimed, in whatever container, and nobody can mount it until it is closed (open(2)). It is opened with
 * O_DIRECT wherever the file system can, so that what is read comes from the device, as an unprivileged
 * process can have it, too.
 */
export async function openDisk(path: string): Promise<Disk> {
  const flags = constants.O_RDWR | constants.O_EXCL;
  try {
    const handle = await open(path, flags | constants.O_DIRECT);
    return { path, handle, buffer: allocatePages(), direct: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw refusal(path, error);
  }
  return { path, handle: await open(path, flags), buffer: allocatePages(), direct: false };
}

export async function openSource(file: string, path: string): Promise<Source> {
  return { path, handle: await open(file), buffer: allocatePages() };
}

const reasons: Record<string, [fact: string, hint: string]> = {
  EBUSY: ["is in use", "another system here has it: a container, ZFS, a running flash"],
  EACCES: ["may not be read and written by this user", "run it with sudo"],
  EPERM: ["may not be read and written by this user", "run it with sudo"],
  EROFS: ["is read-only", "an SD card's lock slides; blockdev --getro tells"],
  ENOMEDIUM: ["has no medium in it", "insert the card or disk"],
  ENXIO: ["has no device behind it", "plug it in again"],
};

function refusal(path: string, error: unknown): unknown {
  const [fact, hint] = reasons[(error as NodeJS.ErrnoException).code ?? ""] ?? [];
  return fact === undefined || hint === undefined
    ? error
    : new InputError([{ file: path, path: "", fact, hint }]);
}

/** How much is read or written at once. */
const chunkBytes = 1024 * 1024;

// O_DIRECT wants buffers that begin with a page: of all that JavaScript has, WebAssembly's memory does. Its
// types are a browser's.
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;
type MemoryConstructor = new (size: { initial: number; maximum: number }) => { buffer: ArrayBuffer };

function allocatePages(): Buffer {
  const size = chunkBytes / 65536;
  return Buffer.from(new Memory({ initial: size, maximum: size }).buffer);
}

const zeros = allocatePages();

/** Reads a range chunk by chunk; a chunk is good until the next is asked for. */
export async function* readChunks(
  { handle, path, buffer }: Source,
  range: Range,
): AsyncGenerator<{ chunk: Buffer } & Range> {
  for (const part of chunksOf(range)) {
    const { bytesRead } = await handle.read(buffer, 0, part.bytes, part.start);
    if (bytesRead !== part.bytes)
      throw new ToolError(
        `${path}: only ${bytesRead} of ${part.bytes} bytes could be read at byte ${part.start}`,
      );
    yield { ...part, chunk: buffer.subarray(0, part.bytes) };
  }
}

export async function write({ handle, path }: Disk, chunk: Buffer, start: number): Promise<void> {
  const { bytesWritten } = await handle.write(chunk, 0, chunk.length, start);
  if (bytesWritten !== chunk.length)
    throw new ToolError(
      `${path}: only ${bytesWritten} of ${chunk.length} bytes could be written at byte ${start}`,
    );
}

export async function writeZeros(disk: Disk, range: Range): Promise<void> {
  for (const { start, bytes } of chunksOf(range)) await write(disk, zeros.subarray(0, bytes), start);
}

export const isZero = (chunk: Buffer): boolean => chunk.equals(zeros.subarray(0, chunk.length));

/** Waits until the device has all, its own cache included; then no later read is answered by memory. */
export async function settle({ handle, path, direct }: Disk): Promise<void> {
  await handle.sync();
  // dd(1): with count=0, nocache asks the kernel to forget what it has cached of the whole file.
  if (!direct) await run(["dd", `if=${path}`, "iflag=nocache", "count=0", "status=none"]);
}

function* chunksOf({ start, bytes }: Range): Generator<Range> {
  for (let done = 0; done < bytes; done += chunkBytes) {
    interruption.throwIfAborted();
    yield { start: start + done, bytes: Math.min(chunkBytes, bytes - done) };
  }
}
