import { chmod, copyFile, lutimes, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file system as data: entries by absolute path, owned by root, without times. */
export type Entry = FileEntry | LinkEntry | DirectoryEntry;

export interface FileEntry {
  readonly kind: "file";
  readonly path: string;
  /** Permission bits, 0o644. */
  readonly mode: number;
  readonly from: { readonly content: string | Buffer } | CopiedFile;
}

export interface CopiedFile {
  readonly file: string;
  /** What is in it, in hex, where that is known; the same tree may then be copied from elsewhere. */
  readonly sha256?: string;
}

export interface LinkEntry {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

export interface DirectoryEntry {
  readonly kind: "directory";
  readonly path: string;
  readonly mode: number;
}

export const textFile = (path: string, content: string | Buffer, mode = 0o644): FileEntry => ({
  kind: "file",
  path,
  mode,
  from: { content },
});

export const copyOf = (path: string, file: string, mode = 0o644): FileEntry => ({
  kind: "file",
  path,
  mode,
  from: { file },
});

export const link = (path: string, target: string): LinkEntry => ({ kind: "link", path, target });

export const directory = (path: string, mode = 0o755): DirectoryEntry => ({ kind: "directory", path, mode });

/** Sorted by path, one entry a path; a later entry replaces an earlier one. */
export function mergeTrees(...trees: readonly (readonly Entry[])[]): Entry[] {
  const byPath = new Map(trees.flat().map((entry) => [entry.path, entry]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Writes a tree below `root`, which everyone may read, with every time at the epoch. */
export async function writeTree(tree: readonly Entry[], root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await chmod(root, 0o755);
  const directories = new Set(tree.filter(({ kind }) => kind === "directory").map(({ path }) => path));
  for (const { path } of tree) {
    for (let up = dirname(path); up !== "/"; up = dirname(up)) directories.add(up);
  }
  for (const path of [...directories].sort()) {
    await mkdir(join(root, path), { recursive: true });
    await chmod(join(root, path), 0o755); // whatever the umask is
  }
  for (const entry of tree) await writeEntry(entry, join(root, entry.path));
  for (const path of [...directories, "/"].sort().toReversed()) await lutimes(join(root, path), 0, 0);
}

async function writeEntry(entry: Entry, to: string): Promise<void> {
  if (entry.kind === "directory") return chmod(to, entry.mode);
  if (entry.kind === "link") await symlink(entry.target, to);
  else if ("content" in entry.from) await writeFile(to, entry.from.content);
  else await copyFile(entry.from.file, to);
  if (entry.kind === "file") await chmod(to, entry.mode);
  await lutimes(to, 0, 0);
}
