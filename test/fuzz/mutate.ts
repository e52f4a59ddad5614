import type { Random } from "./random.ts";

/** Changes bytes in one way; may return them as they were. */
export type Mutation = (data: Buffer, random: Random, others: Others) => Buffer;

/** What bytes can be made of. */
export interface Others {
  /** Words that mean something to the parser. */
  readonly words: readonly Buffer[];
  /** Another input, for parts of it. */
  readonly other: () => Buffer;
}

/** Inputs don't grow beyond this, unless they were seeds. */
const limitBytes = 4096;
const telling = [0x00, 0x09, 0x0a, 0x0b, 0x0d, 0x20, 0x2c, 0x3a, 0x3b, 0x7f, 0x80, 0xa0, 0xff];

/** One to eight changes in a row, as fuzzers do. */
export function mutate(data: Buffer, random: Random, others: Others, more: readonly Mutation[]): Buffer {
  let mutated = data;
  for (let times = 1 << random.below(4); times > 0; times--)
    mutated = random.pick([...common, ...more])(mutated, random, others);
  return mutated.subarray(0, Math.max(limitBytes, data.length));
}

const common: readonly Mutation[] = [
  function flipBit(data, random) {
    const at = random.below(data.length + 1);
    return replace(data, at, 1, Buffer.from([(data[at] ?? 0) ^ (1 << random.below(8))]));
  },
  function setByte(data, random) {
    const byte = random.below(2) === 0 ? random.pick(telling) : random.below(256);
    return replace(data, random.below(data.length + 1), 1, Buffer.from([byte]));
  },
  function addToByte(data, random) {
    const at = random.below(data.length + 1);
    return replace(data, at, 1, Buffer.from([((data[at] ?? 0) + random.below(9) - 4) & 0xff]));
  },
  function insertTellingByte(data, random) {
    return replace(data, random.below(data.length + 1), 0, Buffer.from([random.pick(telling)]));
  },
  function remove(data, random) {
    return replace(data, random.below(data.length + 1), someLength(random), Buffer.alloc(0));
  },
  function repeat(data, random) {
    const at = random.below(data.length + 1);
    const part = data.subarray(at, at + someLength(random));
    return replace(data, at, 0, Buffer.concat(Array.from({ length: 1 + random.below(4) }, () => part)));
  },
  function insertWord(data, random, { words }) {
    return replace(data, random.below(data.length + 1), 0, random.pick(words));
  },
  function overwriteByWord(data, random, { words }) {
    const word = random.pick(words);
    return replace(data, random.below(data.length + 1), word.length, word);
  },
  function insertPartOfOther(data, random, { other }) {
    const from = other();
    const at = random.below(from.length + 1);
    const part = from.subarray(at, at + someLength(random));
    return replace(data, random.below(data.length + 1), 0, part);
  },
  function goOnAsOther(data, random, { other }) {
    const from = other();
    return Buffer.concat([
      data.subarray(0, random.below(data.length + 1)),
      from.subarray(random.below(from.length + 1)),
    ]);
  },
];

/** For text: whole lines are moved about, and lengths changed. */
export const textMutations: readonly Mutation[] = [
  function moveLine(data, random) {
    const lines = linesOf(data);
    const [line] = lines.splice(random.below(lines.length), 1);
    lines.splice(random.below(lines.length + 1), 0, line ?? Buffer.alloc(0));
    return Buffer.concat(lines);
  },
  function repeatLine(data, random) {
    const lines = linesOf(data);
    lines.splice(random.below(lines.length + 1), 0, random.pick(lines));
    return Buffer.concat(lines);
  },
  function takeLineOfOther(data, random, { other }) {
    const lines = linesOf(data);
    lines.splice(random.below(lines.length + 1), random.below(2), random.pick(linesOf(other())));
    return Buffer.concat(lines);
  },
  function changeNumber(data, random) {
    const text = data.toString("latin1");
    const numbers = [...text.matchAll(/[0-9]+/g)];
    if (numbers.length === 0) return data;
    const { index, 0: digits } = random.pick(numbers);
    const other = random.pick([
      String(Number(digits) + random.below(3) - 1),
      `0${digits}`,
      "9".repeat(16),
      "0",
    ]);
    return replace(data, index, digits.length, Buffer.from(other));
  },
  function changeCase(data, random) {
    const at = random.below(data.length + 1);
    const part = data.subarray(at, at + someLength(random)).toString("latin1");
    return replace(data, at, part.length, Buffer.from(part.toUpperCase(), "latin1"));
  },
];

function linesOf(data: Buffer): Buffer[] {
  return data
    .toString("latin1")
    .split(/(?<=\n)/)
    .map((line) => Buffer.from(line, "latin1"));
}

/** Mostly short. */
function someLength(random: Random): number {
  return 1 + random.below(1 << random.below(8));
}

function replace(data: Buffer, at: number, length: number, by: Buffer): Buffer {
  return Buffer.concat([data.subarray(0, at), by, data.subarray(at + length)]);
}
