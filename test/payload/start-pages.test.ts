import test from "ava";
import { nodeRelease } from "../../build/payload/runtime.ts";
import { formatPages, parsePages, readStartPages } from "../../build/payload/start-pages.ts";

test("pages are written as ranges in the order of their addresses, and read back", (t) => {
  const text = formatPages(new Set([0x74b, 0x401, 0x402, 0x400, 0x749]));
  t.is(text, "400-402\n749\n74b\n");
  t.deepEqual([...parsePages(`# recorded\n${text}`)], [0x400, 0x401, 0x402, 0x749, 0x74b]);
});

test("the Node release that amd64 boards get has been recorded; one that never was is left in its own order", async (t) => {
  const release = await nodeRelease("amd64");
  const pages = await readStartPages(release);
  t.true(
    (pages?.size ?? 0) > 1000,
    "run npm run record-start, and see what the lab says of the proxy's start",
  );
  t.is(await readStartPages({ ...release, version: "0.0.0" }), undefined);
});
