import { mkdir, open, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { InputError, ToolError } from "../../build/core/faults.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { run } from "../../build/core/run.ts";
import { bytesOf, gapsOf } from "../../build/flash/block-map.ts";
import { compare } from "../../build/flash/compare.ts";
import { openDisk, openSource, settle, type Disk } from "../../build/flash/disk.ts";
import { flash } from "../../build/flash/flash.ts";
import { inspectTarget } from "../../build/flash/inspect-target.ts";
import { judgeTarget } from "../../build/flash/judge-target.ts";
import { findPublishedImage } from "../../build/flash/published-image.ts";
import { writeRanges } from "../../build/flash/write-image.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { firstBytes, flipByte, mib, publishImage, usedDisk } from "./images.ts";

const yes = async () => {};
const silent = () => {};

test("a disk that was used before holds the image's very bytes afterwards, and what lies behind it as before", async (t) => {
  const image = await publishImage(t);
  const disk = await usedDisk(t, 9 * mib);
  const { writtenBytes, clearedBytes, verifiedBytes, description } = await flash(image, disk, yes);
  t.true((await firstBytes(disk, 8 * mib)).equals(await firstBytes(image.file, 8 * mib)));
  t.true((await firstBytes(disk, 9 * mib)).subarray(8 * mib).equals(Buffer.alloc(mib, 0xa5)));
  t.is(writtenBytes, bytesOf(image.map.ranges));
  t.is(verifiedBytes, writtenBytes + clearedBytes);
  t.true(clearedBytes > 0 && clearedBytes <= 8 * mib - writtenBytes);
  t.is(description, "the file disk.img, 9 MiB");
});

test("control: without clearing, the disk's former content stays where the image is empty", async (t) => {
  const image = await publishImage(t);
  const file = await usedDisk(t, 9 * mib);
  const disk = await openAgain(t, file, true);
  const source = await openSource(image.file, image.shown);
  t.teardown(() => source.handle.close());
  await writeRanges(disk, source, image.map, silent);
  await t.notThrowsAsync(compare(disk, { ranges: image.map.ranges, empty: [] }, "", silent));
  await t.throwsAsync(compare(disk, { ranges: [], empty: gapsOf(image.map) }, "", silent));
  t.false((await firstBytes(file, 8 * mib)).equals(await firstBytes(image.file, 8 * mib)));
});

for (const direct of [true, false]) {
  const how = direct ? "past the page cache" : "where a file system has no O_DIRECT";
  test(`reading back ${how} finds one flipped byte in what was written, and in what was cleared`, async (t) => {
    const image = await publishImage(t);
    const file = await usedDisk(t, 9 * mib);
    await flash(image, file, yes);
    const disk = await openAgain(t, file, direct);
    const wanted = { ranges: image.map.ranges, empty: [{ start: 5 * mib, bytes: mib }] };
    await t.notThrowsAsync(compare(disk, wanted, "", silent));
    await flipByte(file, 2 * mib + 7);
    await settle(disk);
    await t.throwsAsync(compare(disk, wanted, "", silent), {
      instanceOf: ToolError,
      message: /disk\.img: 1 of 5 ranges differ from the image's block map, the first from byte 1040384 to/,
    });
    await flipByte(file, 2 * mib + 7);
    await flipByte(file, 5 * mib + 7);
    await settle(disk);
    await t.throwsAsync(compare(disk, wanted, "", silent), { message: /1 of 5 ranges differ/ });
  });
}

test("an image that differs from its block map is refused while the disk is as it was", async (t) => {
  const image = await publishImage(t);
  const disk = await usedDisk(t, 9 * mib);
  await flipByte(image.file, 2 * mib);
  await t.throwsAsync(flash(image, disk, yes), {
    message: /halfbridge\.img: 1 of 4 ranges differ[^]*build it/,
  });
  t.true((await firstBytes(disk, 9 * mib)).equals(Buffer.alloc(9 * mib, 0xa5)));
});

test("what isn't on the disk as it should be fails by reading back, and says that the disk is half-written", async (t) => {
  const image = await publishImage(t);
  const disk = await usedDisk(t, 9 * mib);
  const error = await t.throwsAsync(flash(image, disk, () => flipByte(image.file, 2 * mib)));
  t.true(error instanceof ToolError);
  t.regex(error?.message ?? "", /disk\.img: 1 of \d+ ranges differ/);
  t.regex(error?.message ?? "", /disk\.img now holds a half-written image: flash it again/);
});

test("a disk whose writing failed says so, and has no partition table that anything would start by", async (t) => {
  const image = await publishImage(t);
  const disk = await usedDisk(t, 9 * mib);
  const error = await t.throwsAsync(flash(image, disk, () => truncate(image.file, 3 * mib)));
  t.regex(error?.message ?? "", /only \d+ of \d+ bytes could be read[^]*now holds a half-written image/);
  t.true((await firstBytes(disk, mib)).equals(Buffer.alloc(mib)));
});

test("Ctrl-C while it writes ends it, with the word that the disk is half-written", async (t) => {
  const image = await publishImage(t);
  const disk = await usedDisk(t, 9 * mib);
  const script = join(projectRoot, "test/flash/interrupt-flash.ts");
  const { stderr, exitCode } = await run([process.execPath, script, image.outDirectory, disk], {
    okCodes: [130],
  });
  t.is(exitCode, 130);
  t.regex(stderr, /disk\.img now holds a half-written image: flash it again/);
  t.regex(stderr, /interrupted \(SIGINT\)/);
});

test("nothing is written to a disk whose name wasn't confirmed", async (t) => {
  const image = await publishImage(t);
  const disk = await usedDisk(t, 9 * mib);
  const refusal = new InputError([{ file: disk, path: "", fact: "was not confirmed" }]);
  await t.throwsAsync(
    flash(image, disk, () => Promise.reject(refusal)),
    { is: refusal },
  );
  t.true((await firstBytes(disk, 9 * mib)).equals(Buffer.alloc(9 * mib, 0xa5)));
});

test("what a path is comes from the machine itself", async (t) => {
  const image = await publishImage(t);
  const folder = await temporaryFolder(t);
  const factOf = async (path: string) => {
    const target = await inspectTarget(path, image.file);
    return judgeTarget(path, target, image.map.imageBytes).map(({ fact }) => fact);
  };
  t.deepEqual(await factOf(join(folder, "nothing")), ["does not exist"]);
  t.deepEqual(await factOf(folder), ["is a folder, neither a block device nor a regular file"]);
  t.deepEqual(await factOf("/dev/null"), [
    "is a character device, neither a block device nor a regular file",
  ]);
  t.deepEqual(await factOf(image.file), ["is the image itself"]);
  t.deepEqual(await factOf(await usedDisk(t, 7 * mib)), ["holds 7 MiB, 1 MiB less than the image's 8 MiB"]);
  t.deepEqual(await factOf(await usedDisk(t, 8 * mib)), []);
});

test("an image that isn't there whole is refused with how to build it", async (t) => {
  const { file, outDirectory } = await publishImage(t);
  const faultOf = async () => {
    const error = await t.throwsAsync(findPublishedImage("x86-64", outDirectory), { instanceOf: InputError });
    return error?.message ?? "";
  };
  await truncate(file, 7 * mib);
  t.regex(await faultOf(), /halfbridge\.img: has 7340032 bytes, but its block map is of one with 8388608/);
  await rm(`${file}.bmap`);
  t.regex(await faultOf(), /\.bmap: is missing: a build with --fast makes no block map \(build it first/);
  await rm(file);
  t.regex(await faultOf(), /halfbridge\.img: is missing/);
  await rm(join(outDirectory, "x86-64"), { recursive: true });
  t.regex(await faultOf(), /x86-64: holds no image \(build it first: npx halfbridge build x86-64\)/);
  await mkdir(join(outDirectory, "x86-64"));
  t.regex(await faultOf(), /x86-64: holds no image/);
});

async function openAgain(t: ExecutionContext, file: string, direct: boolean): Promise<Disk> {
  const disk = await openDisk(file);
  t.teardown(() => disk.handle.close());
  if (direct) return disk;
  const handle = await open(file, "r+");
  t.teardown(() => handle.close());
  return { ...disk, handle, direct };
}
