import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One case of a file of vectors. */
export interface Vector {
  readonly title: string;
  /** `HEAD` or `limit 64`: what the title has in brackets. */
  readonly options: readonly string[];
  readonly input: Buffer;
  readonly expected: string;
}

/**
 * Reads `vectors/<name>.txt`: a line `== title [option]`, then the input, whose own line ends don't count
 * (`\r`, `\n`, `\t`, `\\`, `\xNN` and, for 300 times a, `\{a*300}` do), then `-> ` and what it comes to. Lines
 * that start with `# ` before a title are comments.
 */
export function readVectors(name: string): Vector[] {
  const file = join(import.meta.dirname, "vectors", `${name}.txt`);
  const [, ...blocks] = readFileSync(file, "utf8").split(/^== /m);
  return blocks.map((block) => {
    const [first = "", ...lines] = block.replace(/\n(# .*\n|\n)*$/, "").split("\n");
    const last = lines.pop();
    if (last?.startsWith("-> ") !== true)
      throw new Error(`${file}: ${first}: its last line must be "-> ..."`);
    return {
      title: first.replace(/ \[.*\]$/, ""),
      options: [...first.matchAll(/ \[(.*?)\]/g)].map(([, option = ""]) => option),
      input: Buffer.from(unescape(lines.join("")), "latin1"),
      expected: last.slice(3),
    };
  });
}

const escapes: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "\\": "\\" };

function unescape(text: string): string {
  return text.replace(
    /\\(?:\{(.*?)\*([0-9]+)\}|x([0-9a-f]{2})|(.))/g,
    (_, repeated: string | undefined, times: string, hex: string | undefined, letter: string) => {
      if (repeated !== undefined) return unescape(repeated).repeat(Number(times));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const byte = escapes[letter];
      if (byte === undefined) throw new Error(`\\${letter}: no such escape`);
      return byte;
    },
  );
}
