import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { ToolError } from "../../build/core/faults.ts";
import type { Tools } from "../../build/debian/tools.ts";
import { readBoardByName } from "../../build/config/board.ts";
import { checkDisk } from "../../build/image/check-disk.ts";
import { partitionOf, writeAt } from "../../build/image/disk.ts";
import { formatOf } from "../../build/image/formats.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const board = await readBoardByName("x86-64");
const layout = formatOf(board).layout(board);

/** Tools that say what sfdisk would, and remember what was looked at: `fsck.fat esp`. */
function madeUp(said: { stdout: string; stderr?: string }, broken = ""): { tools: Tools; looked: string[] } {
  const looked: string[] = [];
  const run: Tools["run"] = (program, argv) => {
    const copy = argv.at(-1)?.split("/").at(-1) ?? "";
    if (program !== "sfdisk") looked.push(`${program} ${copy}`);
    if (copy === broken) return Promise.reject(new ToolError(`${program} ended with 4`));
    return Promise.resolve({ stderr: "", exitCode: 0, ...said });
  };
  return { tools: { packages: [], run }, looked };
}

async function disk(t: ExecutionContext): Promise<string> {
  const file = join(await temporaryFolder(t), "disk.img");
  await writeFile(file, "");
  await truncate(file, layout.sizeBytes);
  const at = (name: "esp" | "root-a" | "data", offset: number, bytes: Buffer) =>
    writeAt(file, bytes, partitionOf(layout, name).startBytes + offset);
  await at("esp", 82, Buffer.from("FAT32"));
  await at("root-a", 0, Buffer.from("hsqs"));
  await at("data", 1024 + 56, Buffer.from([0x53, 0xef]));
  return file;
}

test("each file system of a disk is looked at by the tool that knows it, and nothing else is", async (t) => {
  const { tools, looked } = madeUp({ stdout: "No errors detected." });
  await checkDisk(layout, tools, await disk(t));
  t.deepEqual(looked, ["fsck.fat esp", "unsquashfs root-a", "e2fsck data"]);
});

test("a table that is broken, or of which only the second copy is sound, and a broken file system, are refused", async (t) => {
  const file = await disk(t);
  const sound = { stdout: "No errors detected." };
  const faulty = { stdout: "1 error detected." };
  await t.throwsAsync(checkDisk(layout, madeUp(faulty).tools, file), { message: /1 error detected/ });
  const second = { ...sound, stderr: "The primary GPT table is corrupt, but the backup appears OK" };
  await t.throwsAsync(checkDisk(layout, madeUp(second).tools, file), {
    message: /primary GPT table is corrupt/,
  });
  await t.throwsAsync(checkDisk(layout, madeUp(sound, "data").tools, file), {
    message: "e2fsck ended with 4",
  });
});
