import test from "ava";
import type { RunResult } from "../../build/core/run.ts";
import type { Tools } from "../../build/debian/tools.ts";
import { checkImages, readListing } from "../../build/loader/check-images.ts";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";

const sum = (text: string): string => createHash("sha256").update(text).digest("hex");

const listing = [
  "FIT description: FIT image for U-Boot with bl31 (TF-A)",
  "Created:         Wed Jun 24 09:07:15 2026",
  " Image 0 (u-boot)",
  "  Description:  U-Boot",
  "  Type:         Standalone Program",
  "  Architecture: AArch64",
  "  Hash algo:    sha256",
  `  Hash value:   ${sum("u-boot")}`,
  " Image 1 (atf-1)",
  "  Description:  ARM Trusted Firmware",
  "  Type:         Firmware",
  "  Architecture: AArch64",
  "  Hash algo:    sha256",
  `  Hash value:   ${sum("atf-1")}`,
  " Default Configuration: 'config-1'",
  " Configuration 0 (config-1)",
  "  Firmware:     atf-1",
  "",
].join("\n");

/** dumpimage, with these images in the tree. */
function dumpimage(images: readonly string[], list: Partial<RunResult> = {}): Tools {
  return {
    packages: [],
    async run(_program, argv) {
      if (argv[0] === "-l") return { stdout: listing, stderr: "", exitCode: 0, ...list };
      const [position, output] = [Number(argv[3]), argv[5] as string];
      await writeFile(output, images[position] as string);
      return { stdout: "", stderr: "", exitCode: 0 };
    },
  };
}

test("what dumpimage lists is read, configurations left out", (t) => {
  t.deepEqual(readListing(listing), [
    { name: "u-boot", type: "Standalone Program", architecture: "AArch64", sha256: sum("u-boot") },
    { name: "atf-1", type: "Firmware", architecture: "AArch64", sha256: sum("atf-1") },
  ]);
  t.deepEqual(readListing("Image Name:   boot\nImage Type:   AArch64 Linux Script (uncompressed)\n"), []);
});

test("a tree whose images have their sums is whole", async (t) => {
  t.deepEqual(await checkImages("tree", ["u-boot", "atf-"], dumpimage(["u-boot", "atf-1"])), []);
});

test("a changed image is told", async (t) => {
  t.deepEqual(await checkImages("tree", ["u-boot"], dumpimage(["u-boot", "other"])), [
    "image atf-1 isn't what the tree says (sha256)",
  ]);
});

test("an image that is wanted and isn't there is told", async (t) => {
  t.deepEqual(await checkImages("tree", ["u-boot", "fdt-"], dumpimage(["u-boot", "atf-1"])), [
    "has no image fdt-",
  ]);
});

test("what dumpimage can't read is told with its words", async (t) => {
  const tools = dumpimage([], { stdout: "Truncated file\n", exitCode: 255 });
  t.deepEqual(await checkImages("script", [], tools), [
    "isn't an image that U-Boot can read (Truncated file)",
  ]);
});
