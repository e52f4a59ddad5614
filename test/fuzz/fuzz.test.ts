import { rmSync, readFileSync } from "node:fs";
import test from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import { readEscapes, writeEscapes } from "../proxy/http/escapes.ts";
import { fuzz } from "./fuzz.ts";
import { openParserTrier } from "./parser-trier.ts";
import { shrink } from "./shrink.ts";
import { targets, type Target } from "./targets.ts";

/** A few seconds in all; `npm run fuzz` is for longer. A policy is compiled of 31 lists. */
const most: Readonly<Record<string, number>> = { lists: 300 };

for (const target of targets) {
  test(`${target.name}: C and TypeScript come to the same, of what is kept and what is made of it`, async (t) => {
    const inputs = most[target.name] ?? 2500;
    const { tried, telling } = await fuzz(target, 1, (count) => count < inputs);
    t.true(tried >= inputs);
    // Control: what runs new code is noticed, and not everything does.
    t.true(telling.length > 10 && telling.length < tried, `${telling.length} of ${tried}`);
  });
}

test("a parser that says another thing of some inputs is found, with a short one of them", async (t) => {
  // As if "#" were the fault: the same bytes are judged with a limit that cuts them off, and without.
  const wrong: Target = {
    name: "control",
    seeds: [Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
    words: [Buffer.from("#")],
    mutations: [],
    open: () =>
      openParserTrier({
        casesOf: (data) =>
          [65_536, data.includes("#") ? 5 : 65_536].map((limit) => ({ kind: "q", limit, step: 9, data })),
        comesInPieces: true,
      }),
  };
  const error = await t.throwsAsync(
    fuzz(wrong, 1, () => true),
    { message: /in pieces it is something else/ },
  );
  const [, file = ""] = /^control: (\S+) /.exec(error.message) ?? [];
  const found = readFileSync(file.startsWith("/") ? file : `${projectRoot}/${file}`);
  rmSync(file.startsWith("/") ? file : `${projectRoot}/${file}`);
  t.true(found.includes("#"));
  t.true(found.length < 12, writeEscapes(found));
});

test("what fails is shortened to what makes it fail", async (t) => {
  const isFailing = (data: Buffer): Promise<boolean> => Promise.resolve(/a.*b/s.test(data.toString()));
  const short = await shrink(Buffer.from("xxxxaxxxxxxxbxxxxxxxxxxx"), isFailing);
  t.is(short.toString(), "ab");
});

test("what is kept is the same after it was written and read", (t) => {
  const each = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));
  const all = Buffer.concat([...each, ...each.map((byte) => Buffer.alloc(30, byte))]);
  t.deepEqual(readEscapes(writeEscapes(all)), all);
  t.regex(writeEscapes(all), /^[ -~]+$/);
});
