import { readFile, writeFile } from "node:fs/promises";
import test from "ava";
import { InputError } from "../../build/core/faults.ts";
import { bytesOf, gapsOf, readBlockMap } from "../../build/flash/block-map.ts";
import { mib, publishImage } from "./images.ts";

test("ranges and gaps of a block map make up the whole image", async (t) => {
  const { map } = await publishImage(t);
  t.is(map.imageBytes, 8 * mib);
  t.deepEqual(
    map.ranges.map(({ start, bytes }) => [start, bytes]),
    [
      [0, 4096],
      [mib - 8192, 3 * mib],
      [6 * mib, 4096],
      [8 * mib - 4096, 4096],
    ],
  );
  const all = [...map.ranges, ...gapsOf(map)].sort((a, b) => a.start - b.start);
  for (const [index, { start }] of all.entries()) t.is(start, bytesOf(all.slice(0, index)));
  t.is(bytesOf(all), map.imageBytes);
});

test("a block map that was changed is refused", async (t) => {
  const { file } = await publishImage(t);
  const bmap = `${file}.bmap`;
  const text = await readFile(bmap, "utf8");
  const damaged = async (changed: string, fact: RegExp) => {
    t.not(changed, text);
    await writeFile(bmap, changed);
    const error = await t.throwsAsync(readBlockMap(bmap, "the.bmap"), { instanceOf: InputError });
    t.regex(error?.message ?? "", fact);
  };
  await damaged(text.replace(/ *<Range .*\n/, ""), /^the\.bmap: is damaged: its checksum differs \(build it/);
  await damaged(text.replace('version="2.0"', 'version="3.0"'), /is no block map of format 2/);
  await damaged("", /is no block map of format 2/);
});
