import { compilePolicy } from "../../proxy/src/policy/compile-policy.ts";
import { header, sizes } from "../../proxy/src/policy/table.ts";
import { RandomPolicies } from "../proxy/policy/random-policies.ts";
import { sumOf } from "./input-options.ts";
import { openParserTrier } from "./parser-trier.ts";
import type { Random } from "./random.ts";
import type { Target } from "./targets.ts";

const some = new RandomPolicies(1);
const policies = Array.from({ length: 8 }, (_, index) => (index < 4 ? some.policy() : some.policyOfLists()));

/** Offsets and counts that are wrong are often such. */
const numbers = [0, 1, 2, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_ff, 0xff_ff_ff_fc, 88, 22];

/** A table that isn't what a builder makes: from a file that was cut, or a bug. */
export const tableTarget: Target = {
  name: "tables",
  seeds: (await Promise.all(policies.map((policy) => compilePolicy(policy, [1, 2])))).map(({ table }) =>
    Buffer.from(table),
  ),
  words: numbers.map(toWord),
  mutations: [setWord, setWord, setHeaderWord, setHeaderWord],
  open: () =>
    openParserTrier({
      casesOf: (data) => [{ kind: "t", limit: 0, step: 1, data: withItsLength(data) }],
      comesInPieces: false,
      hasNoTwin: true,
    }),
};

function setWord(data: Buffer, random: Random): Buffer {
  return replaceWord(data, random.below(data.length), random);
}

function setHeaderWord(data: Buffer, random: Random): Buffer {
  return replaceWord(data, random.below(sizes.header * 4), random);
}

function replaceWord(data: Buffer, near: number, random: Random): Buffer {
  const at = near & ~3;
  if (at + 4 > data.length) return data;
  const other = random.below(2) === 0 ? random.pick(numbers) : random.below(data.length + 16);
  return Buffer.concat([data.subarray(0, at), toWord(other), data.subarray(at + 4)]);
}

/** Or nothing but its length would be found wrong. */
function withItsLength(data: Buffer): Buffer {
  if (data.length < sizes.header * 4 || sumOf(data) % 8 === 0) return data;
  const table = Buffer.from(data);
  table.writeUInt32LE(data.length, header.lengthBytes * 4);
  return table;
}

function toWord(value: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(value);
  return word;
}
