import { open } from "node:fs/promises";

const chunkBytes = 65_536;
/** No line of a list is longer. */
export const mostLineBytes = 4096;

/** Takes a line without its end; the bytes change afterwards. `number` counts from 1. */
export type TakeLine = (bytes: Uint8Array, start: number, end: number, number: number) => void;

/**
 * Reads a file line by line, without keeping it; between chunks others have their turn. A byte order mark doesn't
 * count, carriage returns are left to whom takes the lines. Of a line that is too long only its number is told.
 */
export async function readLines(
  file: string,
  take: TakeLine,
  tooLong: (number: number) => void,
): Promise<void> {
  const bytes = new Uint8Array(chunkBytes + mostLineBytes);
  let kept = 0;
  let number = 1;
  let isTooLong = false;
  await using handle = await open(file);
  for (;;) {
    const { bytesRead } = await handle.read(bytes, kept, chunkBytes);
    const end = kept + bytesRead;
    let start = number === 1 && kept === 0 && !isTooLong ? markLength(bytes) : 0;
    for (let at = kept; at < end; at++) {
      if (bytes[at] !== 0x0a) continue;
      if (isTooLong || at - start > mostLineBytes) tooLong(number);
      else take(bytes, start, at, number);
      isTooLong = false;
      number++;
      start = at + 1;
    }
    if (bytesRead === 0) {
      if (isTooLong) tooLong(number);
      else if (end > start) take(bytes, start, end, number);
      return;
    }
    kept = end - start;
    if (kept > mostLineBytes) isTooLong = true;
    if (isTooLong) kept = 0;
    else bytes.copyWithin(0, start, end);
  }
}

function markLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
