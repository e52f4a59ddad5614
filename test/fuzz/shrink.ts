/** Removes parts of an input, ever smaller ones, while it goes on failing. */
export async function shrink(data: Buffer, isFailing: (data: Buffer) => Promise<boolean>): Promise<Buffer> {
  let shortest = data;
  for (let size = data.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < shortest.length;) {
      const shorter = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + size)]);
      if (await isFailing(shorter)) shortest = shorter;
      else at += size;
    }
  }
  return shortest;
}
