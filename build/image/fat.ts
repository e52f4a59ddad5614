import { copyFile, mkdir, mkdtemp, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hashOf } from "../core/hash.ts";
import type { Tools } from "../debian/tools.ts";

/** A file of a FAT file system by its path there, `/EFI/BOOT/BOOTX64.EFI`. */
export interface FatFile {
  readonly path: string;
  readonly from: { readonly file: string } | { readonly content: string | Buffer };
}

/** FAT begins in 1980. */
const env = { SOURCE_DATE_EPOCH: "315532800" };

/** Where a FAT file system begins and how big it is, in bytes. */
export interface FatPlace {
  readonly startBytes: number;
  readonly sizeBytes: number;
}

/** Makes a FAT32 file system at a place of a disk's file, the same bytes for the same files. */
export async function makeFat(
  { startBytes, sizeBytes }: FatPlace,
  label: string,
  files: readonly FatFile[],
  tools: Tools,
  disk: string,
): Promise<void> {
  const drive = `${disk}@@${startBytes}`;
  const serial = hashOf(["halfbridge", "fat", label]).slice(0, 8);
  await tools.run(
    "mformat",
    ["-i", drive, "-F", "-T", `${sizeBytes / 512}`, "-h", "64", "-s", "32", "-N", serial, "-v", label, "::"],
    { env },
  );
  const folders = [...new Set(files.flatMap(({ path }) => foldersOf(path)))].sort();
  if (folders.length > 0)
    await tools.run("mmd", ["-i", drive, ...folders.map((folder) => `::${folder}`)], { env });
  const work = await mkdtemp(join(tmpdir(), "halfbridge-fat-"));
  try {
    for (const { path, from } of files) {
      const copy = join(work, path);
      await mkdir(dirname(copy), { recursive: true });
      await ("file" in from ? copyFile(from.file, copy) : writeFile(copy, from.content));
      await tools.run("mcopy", ["-i", drive, copy, `::${path}`], { env });
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Makes a FAT32 file system as a file of its own. */
export async function writeFat(
  sizeBytes: number,
  label: string,
  files: readonly FatFile[],
  tools: Tools,
  file: string,
): Promise<void> {
  await writeFile(file, "");
  await truncate(file, sizeBytes);
  await makeFat({ startBytes: 0, sizeBytes }, label, files, tools, file);
}

/** The bytes that files take, before what the file system adds. */
export async function weighFiles(files: readonly FatFile[]): Promise<number> {
  const sizes = await Promise.all(
    files.map(async ({ from }) =>
      "file" in from ? (await stat(from.file)).size : Buffer.byteLength(from.content),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function foldersOf(path: string): string[] {
  const names = path.split("/").slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
}
