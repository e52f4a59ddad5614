import { existsSync } from "node:fs";
import { lstat, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../core/faults.ts";
import { hashOf } from "../../core/hash.ts";
import { note } from "../../core/progress.ts";

/** Says that files/ of a checkout are this tool's, and which .config. */
const mark = ".halfbridge";

/** Marks files/ and a .config with this text as what may be replaced the next time. */
export async function markOwn(checkout: string, config: string): Promise<void> {
  const text = `files/ and .config are made by halfbridge build --openwrt-source\n.config ${hashOf(config)}\n`;
  await writeFile(join(checkout, mark), text);
}

/**
 * Leaves alone what isn't this tool's, also after it has been here: files/ with anything of the user's are refused, by
 * an InputError, and a .config of theirs is kept under another name.
 */
export async function keepUsersOwn(checkout: string, shown: string): Promise<void> {
  const marked = await readFile(join(checkout, mark), "utf8").catch(() => undefined);
  const own = await findUsersFile(join(checkout, "files"), marked !== undefined);
  if (own !== undefined) {
    const fact = `has files/ of its own, which would be replaced (such as files/${own})`;
    const hint = "move it away, or use halfbridge export --base openwrt";
    throw new InputError([{ file: shown, path: "", fact, hint }]);
  }
  const config = await readFile(join(checkout, ".config"), "utf8").catch(() => undefined);
  if (config === undefined || marked?.includes(hashOf(config))) return;
  const kept = freeName(checkout, ".config.before-halfbridge");
  await rename(join(checkout, ".config"), join(checkout, kept));
  note(`${shown}/.config is kept as ${kept}`);
}

/** A file that this tool hasn't written: all that it writes is of the epoch's time (writeTree). */
async function findUsersFile(folder: string, isOurs: boolean): Promise<string | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!isOurs || (await lstat(path)).mtimeMs !== 0) return path.slice(folder.length + 1);
  }
  return undefined;
}

function freeName(folder: string, name: string): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!existsSync(join(folder, candidate))) return candidate;
  }
}
