import test from "ava";
import type { BytesCase } from "../twins/bytes-case.ts";
import { NativeJudge } from "../twins/native-judge.ts";
import { judgeInTypeScript } from "../twins/typescript-judge.ts";
import { readVectors, type Vector } from "./vectors.ts";

const files = {
  requests: "q",
  "request-targets": "q",
  "request-framing": "q",
  "request-shapes": "q",
  answers: "a",
  chunks: "c",
} as const;

let native: NativeJudge;
test.before(async () => {
  native = await NativeJudge.start();
});
test.after.always(() => native.end());

for (const [name, kind] of Object.entries(files)) {
  for (const vector of readVectors(name)) {
    test(`${name}: ${[vector.title, ...vector.options].join(", ")}`, async (t) => {
      for (const bytes of kind === "c" ? inPieces(vector) : [asHead(vector, kind)]) {
        t.is(await native.ask(bytes), vector.expected, "in C");
        t.is(judgeInTypeScript(bytes), vector.expected, "in TypeScript");
      }
    });
  }
}

/** Its beginnings are parsed as well, each of them. */
function asHead({ options, input }: Vector, kind: "q" | "a"): BytesCase {
  const [, limit = 65_536] = /limit ([0-9]+)/.exec(options.join()) ?? [];
  const to = options.includes("HEAD") ? "A" : options.includes("CONNECT") ? "C" : kind;
  return { kind: to, limit: Number(limit), step: 1, data: input };
}

/** A body's bytes are given whole, and some at a time. */
function inPieces({ input }: Vector): BytesCase[] {
  return [65_536, 1, 2, 3, 5, 7].map((limit) => ({ kind: "c", limit, step: 1, data: input }));
}
