import { randomBytes } from "node:crypto";
import test from "ava";
import { estimatePacked } from "../../build/image/estimate.ts";
import { textFile } from "../../build/core/tree.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const MiB = 1024 * 1024;

test("what can't be compressed weighs as it is, what repeats itself next to nothing", async (t) => {
  const noise = textFile("/usr/lib/modules/noise.ko", randomBytes(2 * MiB + 17));
  const zeros = textFile("/usr/lib/halfbridge/runtime/zeros", Buffer.alloc(3 * MiB));
  const weights = await estimatePacked([noise, zeros], "squashfs", [], await temporaryFolder(t));
  t.deepEqual(
    weights.map(({ from, bytes }) => [from, bytes]),
    [
      ["kernel modules", 2 * MiB + 17],
      ["Node runtime", 3 * MiB],
    ],
  );
  const [modules, runtime] = weights.map(({ packedBytes }) => packedBytes);
  t.is(modules, 2 * MiB + 17);
  t.true((runtime ?? MiB) < 1000);
});

test("a file that is there twice counts once when it is packed", async (t) => {
  const noise = randomBytes(MiB);
  const estimate = async (...files: Buffer[]) => {
    const tree = files.map((content, index) => textFile(`/file-${index}`, content));
    const [weight] = await estimatePacked(tree, "squashfs", [], await temporaryFolder(t));
    return weight;
  };
  const once = await estimate(noise);
  const twice = await estimate(noise, noise);
  t.is(twice?.packedBytes, once?.packedBytes);
  t.is(twice?.bytes, 2 * MiB);
  const other = await estimate(noise, randomBytes(MiB));
  t.true((other?.packedBytes ?? 0) > 1.9 * (once?.packedBytes ?? 0));
});
