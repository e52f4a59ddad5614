import { zstdCompressSync } from "node:zlib";
import test from "ava";
import { unpackKernel } from "../../../qemu/guests/kernel.ts";

/** A bzImage with one setup sector after the boot sector, and a payload that begins 16 bytes into the rest. */
function bzImage(payload: Buffer): Buffer {
  const header = Buffer.alloc(2 * 512 + 16);
  header[0x1f1] = 1;
  header.writeUInt32LE(16, 0x248);
  header.writeUInt32LE(payload.length + 4, 0x24c);
  return Buffer.concat([header, payload, Buffer.alloc(4)]);
}

test("a zstd payload is unpacked", (t) => {
  const kernel = Buffer.from("\x7fELF and so on");
  t.deepEqual(unpackKernel(bzImage(zstdCompressSync(kernel))), kernel);
});

test("any other kernel stays as it is", (t) => {
  const kernel = bzImage(Buffer.from("\xfd7zXZ and so on"));
  t.is(unpackKernel(kernel), kernel);
});
