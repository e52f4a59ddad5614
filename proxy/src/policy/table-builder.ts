import { resizeBuffer } from "./resize-buffer.ts";
import { setImmediate as othersTurn } from "node:timers/promises";
import type { Range } from "./client-groups.ts";
import { NameHash } from "./name-hash.ts";
import { depthBit, findSlot, header, kinds, magic, sizes, version, type Kind } from "./table.ts";

/** What a table has besides lists. */
export interface Rules {
  readonly blocksByDefault: boolean;
  readonly ranges: readonly Range[];
  readonly macs: readonly Range[];
  /** Words of a rule, as the table has them. */
  readonly rules: readonly (readonly number[])[];
}

/** An entry that is a text: the beginning of a path, or a glob. */
export interface TextEntry {
  readonly list: number;
  readonly isExcepted: boolean;
  readonly anchors: number;
  readonly text: Uint8Array;
}

const blockKeys = 4096;
/** Parts of the table that are filled one after the other: as their blocks go, the next pages come. */
const parts = 32;
/** Some milliseconds of work, after which others have their turn. */
const turnEntries = 16_384;
const mostTaken = 0.7;

interface Block {
  readonly fingerprints: Uint32Array<ArrayBuffer>;
  readonly lists: Uint8Array<ArrayBuffer>;
  used: number;
}

/**
 * Collects what lists have, nine bytes a domain, and lays the table out. Memory is given back as it goes, not when
 * the garbage collector gets round to it: with the last policy in force, a router has to hold all three.
 */
export class TableBuilder {
  /** Of what is to be added next; each method takes its state as it is. */
  readonly hash: NameHash;
  readonly #seeds: readonly [number, number];
  #kinds = 0;
  #depths = 0;
  #nameCount = 0;
  /** By part of the table: the first bits of a fingerprint say where about its slot will be. */
  readonly #blocks: Block[][] = Array.from({ length: parts }, () => []);
  /** Words: fingerprint a, b, list with flags, offset, length. */
  #entries = new Uint32Array(5 * 1024);
  #entryCount = 0;
  #texts = new Uint8Array(16_384);
  #textBytes = 0;
  /** How many patterns have a token so far, by a part of its fingerprint. */
  readonly #tokenUse = new Uint16Array(0x1_0000);

  constructor(seeds: readonly [number, number]) {
    this.#seeds = seeds;
    this.hash = new NameHash(...seeds);
  }

  get entryCount(): number {
    return this.#entryCount;
  }

  /** Adds the name that the hash has. */
  addName(kind: Exclude<Kind, typeof kinds.urls | typeof kinds.token>, list: number): void {
    const a = this.hash.a(kind);
    const blocks = this.#blocks[Math.floor((a / 0x1_0000_0000) * parts)] ?? [];
    let block = blocks.at(-1);
    if (block === undefined || block.used === blockKeys) {
      block = openBlock();
      blocks.push(block);
    }
    this.#kinds |= 1 << kind;
    if (kind === kinds.domain || kind === kinds.exceptedDomain) this.#depths |= depthBit(this.hash.labels);
    this.#nameCount++;
    block.fingerprints[block.used * 2] = a;
    block.fingerprints[block.used * 2 + 1] = this.hash.b(kind);
    block.lists[block.used++] = list;
  }

  /** Adds the beginning of a path below the domain that the hash has. */
  addUrl(entry: TextEntry): void {
    this.#kinds |= 1 << kinds.urls;
    this.#depths |= depthBit(this.hash.labels);
    this.#addText(entry, this.hash.a(kinds.urls), this.hash.b(kinds.urls), false);
  }

  /** Adds a pattern, to be looked at where a URL has one of its tokens: the one that fewest patterns have. */
  addPattern(entry: TextEntry, tokens: readonly Uint8Array[]): void {
    let [a, b, uses] = [0, 0, Infinity];
    for (const token of tokens) {
      this.hash.start();
      for (let at = token.length - 1; at >= 0; at--) this.hash.add(token[at] ?? 0);
      const tokenA = this.hash.a(kinds.token);
      const used = this.#tokenUse[tokenA >>> 16] ?? 0;
      if (used < uses) [a, b, uses] = [tokenA, this.hash.b(kinds.token), used];
    }
    const isAlways = tokens.length === 0;
    if (!isAlways) {
      this.#kinds |= 1 << kinds.token;
      this.#tokenUse[a >>> 16] = Math.min(uses + 1, 0xffff);
    }
    this.#addText(entry, a, b, isAlways);
  }

  /** Lays out the table; the builder is empty afterwards. */
  async build(rules: Rules): Promise<ArrayBuffer> {
    const slotCount = Math.floor((this.#nameCount + this.#entryCount) / mostTaken) + 2;
    const groupLimit = this.#entryCount + 1;
    const layout = layOut(rules, slotCount, groupLimit, this.#entryCount, this.#textBytes);
    const table = pages(layout.lengthBytes);
    const words = new Uint32Array(table);
    for (const [field, value] of Object.entries(layout)) words[header[field as keyof typeof layout]] = value;
    words[header.magic] = magic;
    words[header.version] = version;
    words[header.kinds] = this.#kinds;
    words[header.depths] = this.#depths;
    [words[header.seedA], words[header.seedB]] = this.#seeds;
    words[header.blocksByDefault] = rules.blocksByDefault ? 1 : 0;
    writeRules(words, layout, rules);
    await this.#insertNames(words, layout.slots / 4, slotCount);
    await this.#insertTexts(words, layout, slotCount);
    return table;
  }

  #addText({ list, isExcepted, anchors, text }: TextEntry, a: number, b: number, isAlways: boolean): void {
    if ((this.#entryCount + 1) * 5 > this.#entries.length)
      this.#entries = new Uint32Array(resizeBuffer(this.#entries.buffer, this.#entries.byteLength * 2));
    if (this.#textBytes + text.length > this.#texts.length) {
      const more = Math.max(this.#texts.length * 2, this.#textBytes + text.length);
      this.#texts = new Uint8Array(resizeBuffer(this.#texts.buffer, more));
    }
    const flags = list | (isExcepted ? 0x20 : 0) | (isAlways ? 0x40 : 0) | (anchors << 8);
    this.#entries.set([a, b, flags, this.#textBytes, text.length], this.#entryCount++ * 5);
    this.#texts.set(text, this.#textBytes);
    this.#textBytes += text.length;
  }

  async #insertNames(words: Uint32Array, slots: number, slotCount: number): Promise<void> {
    for (const blocks of this.#blocks) {
      for (const { fingerprints, lists, used } of blocks.splice(0)) {
        for (let index = 0; index < used; index++) {
          const a = fingerprints[index * 2] ?? 0;
          const b = fingerprints[index * 2 + 1] ?? 0;
          const slot = findSlot(words, slots, slotCount, a, b);
          words[slot] = a;
          words[slot + 1] = b;
          words[slot + 2] = (words[slot + 2] ?? 0) | (1 << (lists[index] ?? 0));
        }
        resizeBuffer(fingerprints.buffer, 0);
      }
      await othersTurn();
    }
  }

  /** Entries of one group lie side by side: they are counted first, then put in order. */
  async #insertTexts(words: Uint32Array, layout: Layout, slotCount: number): Promise<void> {
    const entries = this.#entries;
    const groupOf = new Uint32Array(this.#entryCount);
    const groups = layout.groups / 4;
    let groupCount = 1;
    for (let index = 0; index < this.#entryCount; index++) {
      if (index % turnEntries === turnEntries - 1) await othersTurn();
      const [a = 0, b = 0, flags = 0] = entries.subarray(index * 5, index * 5 + 3);
      let group = 0;
      if ((flags & 0x40) === 0) {
        const slot = findSlot(words, layout.slots / 4, slotCount, a, b);
        words[slot] = a;
        words[slot + 1] = b;
        group = words[slot + 2] ||= groupCount++;
      }
      groupOf[index] = group;
      words[groups + group * sizes.group + 1] = (words[groups + group * sizes.group + 1] ?? 0) + 1;
    }
    words[header.groupCount] = groupCount;
    const next = new Uint32Array(groupCount);
    for (let group = 1; group < groupCount; group++)
      next[group] = (next[group - 1] ?? 0) + (words[groups + (group - 1) * sizes.group + 1] ?? 0);
    for (let group = 0; group < groupCount; group++) words[groups + group * sizes.group] = next[group] ?? 0;
    for (let index = 0; index < this.#entryCount; index++) {
      if (index % turnEntries === turnEntries - 1) await othersTurn();
      const [, , flags = 0, offset = 0, length = 0] = entries.subarray(index * 5, index * 5 + 5);
      const bit = 1 << (flags & 31);
      const at = layout.entries / 4 + (next[groupOf[index] ?? 0] ?? 0) * sizes.entry;
      next[groupOf[index] ?? 0] = (next[groupOf[index] ?? 0] ?? 0) + 1;
      const excepted = (flags & 0x20) !== 0;
      words.set([excepted ? 0 : bit, excepted ? bit : 0, flags >>> 8, offset, length], at);
    }
    new Uint8Array(words.buffer).set(this.#texts.subarray(0, this.#textBytes), layout.texts);
    resizeBuffer(this.#entries.buffer, 0);
    resizeBuffer(this.#texts.buffer, 0);
  }
}

function openBlock(): Block {
  const memory = pages(blockKeys * 9);
  return {
    fingerprints: new Uint32Array(memory, 0, blockKeys * 2),
    lists: new Uint8Array(memory, blockKeys * 8, blockKeys),
    used: 0,
  };
}

/**
 * Memory that goes back to the system at once when it is no longer needed: what could be resized, but never is,
 * V8 maps by itself. Other buffers come from malloc, which keeps what was large.
 */
function pages(bytes: number): ArrayBuffer {
  return Reflect.construct<[number, object], ArrayBuffer>(ArrayBuffer, [bytes, { maxByteLength: bytes }]);
}

type Layout = ReturnType<typeof layOut>;

function layOut(
  { ranges, macs, rules }: Rules,
  slotCount: number,
  groupCount: number,
  entryCount: number,
  textBytes: number,
) {
  let end = sizes.header * 4;
  const place = (bytes: number): number => (end += bytes) - bytes;
  return {
    slots: place(slotCount * sizes.slot * 4),
    slotCount,
    ranges: place(ranges.length * sizes.range * 4),
    rangeCount: ranges.length,
    macs: place(macs.length * sizes.mac * 4),
    macCount: macs.length,
    groups: place(groupCount * sizes.group * 4),
    groupCount,
    entries: place(entryCount * sizes.entry * 4),
    entryCount,
    rules: place(rules.length * sizes.rule * 4),
    ruleCount: rules.length,
    texts: place(Math.ceil(textBytes / 4) * 4),
    textBytes,
    lengthBytes: end,
  };
}

function writeRules(words: Uint32Array, layout: Layout, { ranges, macs, rules }: Rules): void {
  words.set(
    ranges.flatMap((range) => [...range.words, range.groups]),
    layout.ranges / 4,
  );
  words.set(
    macs.flatMap((range) => [...range.words, range.groups]),
    layout.macs / 4,
  );
  words.set(rules.flat(), layout.rules / 4);
}
