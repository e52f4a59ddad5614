import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { digestText } from "../../build/config/digest-text.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function digestOf(t: ExecutionContext, content: Buffer) {
  const file = join(await temporaryFolder(t), "list");
  await writeFile(file, content);
  return digestText(file);
}

/** Longer than what is read at once, with a character over its end. */
const long = Buffer.from(`${"x".repeat(65_535)}ü`);

test("of text its hash and its length are told, whatever parts it is read in", async (t) => {
  for (const content of [Buffer.alloc(0), Buffer.from("Schüler\n"), long]) {
    const sha256 = createHash("sha256").update(content).digest("hex");
    t.deepEqual(await digestOf(t, content), { sha256, sizeBytes: content.length });
  }
});

test("what isn't UTF-8, or ends within a character, has none", async (t) => {
  t.is(await digestOf(t, Buffer.from("Sch\xfcler\n", "latin1")), undefined);
  t.is(await digestOf(t, long.subarray(0, -1)), undefined);
});
