import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

export interface TextDigest {
  /** In hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What is in a file of UTF-8, which isn't kept: lists are long, and routers small. Undefined if it isn't UTF-8. */
export async function digestText(file: string): Promise<TextDigest | undefined> {
  const hash = createHash("sha256");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let sizeBytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (!decodes(decoder, chunk)) return undefined;
  }
  return decodes(decoder) ? { sha256: hash.digest("hex"), sizeBytes } : undefined;
}

/** Without a chunk: the end, which may be in the middle of a character. */
function decodes(decoder: InstanceType<typeof TextDecoder>, chunk?: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}
