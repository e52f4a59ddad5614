import test from "ava";
import { readBoardByName } from "../../build/config/board.ts";
import { formatOf } from "../../build/image/formats.ts";
import { sfdiskScript } from "../../build/image/layout.ts";
import { assertGolden } from "../golden.ts";

const board = await readBoardByName("x86-64");

test("the disk's layout is as flashed disks have it, and must not change", async (t) => {
  await assertGolden(t, "x86-64-layout.txt", sfdiskScript(formatOf(board).layout(board)));
});

test("partitions follow each other without overlap, on whole MiB, and fit", (t) => {
  const { partitions, sizeBytes } = formatOf(board).layout(board);
  let end = 1024 * 1024;
  for (const { startBytes, sizeBytes: size, name } of partitions) {
    t.is(startBytes, end, name);
    t.is(startBytes % (1024 * 1024), 0, name);
    end = startBytes + size;
  }
  t.true(end + 34 * 512 <= sizeBytes);
  t.true(sizeBytes <= board.storageMiB * 1024 * 1024);
});

test("both slots are of one size, and no two GUIDs are the same", (t) => {
  const { partitions, diskGuid } = formatOf(board).layout(board);
  const size = (name: string) => partitions.find((partition) => partition.name === name)?.sizeBytes;
  t.is(size("boot-a"), size("boot-b"));
  t.is(size("root-a"), size("root-b"));
  t.is(new Set([diskGuid, ...partitions.map(({ guid }) => guid)]).size, partitions.length + 1);
});
