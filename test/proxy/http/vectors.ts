import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEscapes } from "./escapes.ts";

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
 * (escapes.ts says what does), then `-> ` and what it comes to. Lines
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
      input: readEscapes(lines.join("")),
      expected: last.slice(3),
    };
  });
}
