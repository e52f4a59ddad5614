import { constants, type Stats } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { run } from "../core/run.ts";
import type { BlockDevice, Target } from "./target.ts";

/** Collects what judgeTarget needs to know of a path: from stat, lsblk and findmnt, all of util-linux's. */
export async function inspectTarget(path: string, imageFile: string): Promise<Target> {
  const found = await statOrMissing(path);
  if (found === undefined) return { kind: "missing" };
  const writable = await mayReadAndWrite(path);
  if (found.isBlockDevice()) {
    const [number, disks, imageMount] = await Promise.all([
      deviceNumber(path),
      listDisks(),
      mountPointOf(imageFile),
    ]);
    return { kind: "device", number, writable, disks, imageMount };
  }
  if (!found.isFile()) return { kind: "other", what: whatIs(found) };
  const image = await stat(imageFile);
  return {
    kind: "file",
    bytes: found.size,
    writable,
    isImage: found.dev === image.dev && found.ino === image.ino,
    amongDevices: dirname(await realpath(path)) === "/dev",
  };
}

const columns = "NAME,PATH,MAJ:MIN,TYPE,SIZE,RO,VENDOR,MODEL,SERIAL,GROUP,LOG-SEC,MOUNTPOINTS";

async function listDisks(): Promise<BlockDevice[]> {
  const { stdout } = await run(["lsblk", "--json", "--bytes", "--all", "--output", columns]);
  return (JSON.parse(stdout) as { blockdevices: BlockDevice[] }).blockdevices;
}

/** Empty where lsblk knows no such device. */
async function deviceNumber(path: string): Promise<string> {
  const argv = ["lsblk", "--all", "--nodeps", "--raw", "--noheadings", "--output", "MAJ:MIN", path];
  const { stdout } = await run(argv, { okCodes: [0, 32] });
  return stdout.trim();
}

async function mountPointOf(file: string): Promise<string> {
  const { stdout } = await run(["findmnt", "--json", "--output", "TARGET", "--target", file]);
  const { filesystems } = JSON.parse(stdout) as { filesystems: { target: string }[] };
  return filesystems.at(-1)?.target ?? "/";
}

async function statOrMissing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

async function mayReadAndWrite(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function whatIs(found: Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isCharacterDevice()) return "a character device";
  if (found.isFIFO()) return "a named pipe";
  return "a socket";
}
