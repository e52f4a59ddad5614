/** A number that is the input's own: how it is tried depends on nothing else, so it fails each time. */
export function sumOf(data: Buffer): number {
  return data.reduce((total, byte) => (total * 31 + byte) >>> 0, data.length);
}

/** For some 16 beginnings. */
export function stepFor(data: Buffer): number {
  return 1 + Math.floor(data.length / 16);
}
