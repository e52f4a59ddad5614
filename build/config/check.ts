import { readFile } from "node:fs/promises";
import { InputError, type Fault } from "../core/faults.ts";
import { readBoardProfile } from "./board.ts";
import type { ListContent } from "./check-lists.ts";
import { loadSite } from "./site.ts";

export interface Checked {
  readonly file: string;
  readonly kind: "board" | "site";
  readonly faults: readonly Fault[];
  /** Of a sound site's files. */
  readonly lists: readonly ListContent[];
}

/** Checks a file as what it is: a board says its `arch` or `ports`, a site never does. */
export async function checkFile(file: string): Promise<Checked> {
  const text = await readFile(file, "utf8").catch(() => "");
  const kind = /^(arch|ports|kernel|base):/m.test(text) ? "board" : "site";
  try {
    const lists = kind === "board" ? (await readBoardProfile(file), []) : (await loadSite(file)).lists;
    return { file, kind, faults: [], lists };
  } catch (error) {
    if (error instanceof InputError) return { file, kind, faults: error.faults, lists: [] };
    throw error;
  }
}
