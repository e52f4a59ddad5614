/**
 * A policy as one block of memory, which both engines read and nobody writes. All is little-endian; offsets are
 * bytes from the block's beginning, sections are aligned to 4 bytes.
 *
 * A domain is not kept, only a fingerprint of 64 bits (`NameHash`), in a hash table with open addressing: twelve
 * bytes a slot, seven of ten slots taken, so a million domains are 17 MB. What a slot's value means depends on the
 * kind that is part of its fingerprint.
 *
 * - slots: fingerprint a, b, value (0: the slot is empty). Slot `floor((a >>> 8) * slotCount / 2^24)` is the
 *   first to look at, then the next ones, round the end, until an empty one.
 * - ranges: the clients' groups by address: the first address of a range (four words, most significant first;
 *   IPv4 is mapped), bits of the groups. Sorted; a range ends where the next begins.
 * - macs: the first four bytes as a big-endian number, the last two, bits of groups. Sorted.
 * - groups of entries: index of the first entry, their number. Group 0 has the patterns without a token.
 * - entries: bits of the lists that have what fits, bits of the lists that except it, anchors, offset in `texts`,
 *   length. A URL entry's text is the beginning of a path; a pattern's is a glob of lower-case bytes, `*`, and
 *   `^` for a separator.
 * - rules: bits of groups, schedules, lists and methods (0: it names none), 1 if it blocks.
 * - texts: bytes.
 */

export const magic = 0x5450_4248; // "HBPT"
export const version = 1;

/** Words of the header. */
export const header = {
  magic: 0,
  version: 1,
  lengthBytes: 2,
  seedA: 3,
  seedB: 4,
  /** Bits `1 << kind` of the kinds that occur; none but group 0 has patterns if there is no bit of them. */
  kinds: 5,
  blocksByDefault: 6,
  slots: 7,
  slotCount: 8,
  ranges: 9,
  rangeCount: 10,
  macs: 11,
  macCount: 12,
  groups: 13,
  groupCount: 14,
  entries: 15,
  entryCount: 16,
  rules: 17,
  ruleCount: 18,
  texts: 19,
  textBytes: 20,
  /** Bits `1 << labels` of the domains that occur, 31 for more: what has another number isn't looked for. */
  depths: 21,
} as const;

/** Sizes in words of 4 bytes. */
export const sizes = { header: 22, slot: 3, range: 5, mac: 3, group: 2, entry: 5, rule: 5 } as const;

/** What a fingerprint is of. */
export const kinds = {
  /** A domain with all below it; the value has bits of lists. */
  domain: 1,
  /** A host alone; the value has bits of lists. */
  host: 2,
  /** A domain whose URLs have entries; the value is their group. */
  urls: 3,
  /** As `domain`, but the lists except it. */
  exceptedDomain: 4,
  /** As `host`, but the lists except it. */
  exceptedHost: 5,
  /** A token: letters, digits and `%` between other characters of a URL; the value is the group of its patterns. */
  token: 6,
} as const;

export type Kind = (typeof kinds)[keyof typeof kinds];

/** Where a pattern must fit. */
export const anchors = { start: 1, host: 2, end: 4 } as const;

/** A table to look things up in. */
export interface PolicyTable {
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  readonly kinds: number;
  readonly depths: number;
  /** Indexes of words. */
  readonly slots: number;
  readonly ranges: number;
  readonly macs: number;
  readonly groups: number;
  readonly entries: number;
  readonly rules: number;
  /** Index of a byte. */
  readonly texts: number;
}

/** The bit of a domain with so many labels. */
export function depthBit(labels: number): number {
  return 1 << Math.min(labels, 31);
}

/** Reads what `TableBuilder` built: nothing is checked. */
export function openTable(buffer: ArrayBuffer): PolicyTable {
  const words = new Uint32Array(buffer);
  const at = (field: keyof typeof header): number => words[header[field]] ?? 0;
  return {
    words,
    bytes: new Uint8Array(buffer),
    kinds: at("kinds"),
    depths: at("depths"),
    slots: at("slots") / 4,
    ranges: at("ranges") / 4,
    macs: at("macs") / 4,
    groups: at("groups") / 4,
    entries: at("entries") / 4,
    rules: at("rules") / 4,
    texts: at("texts"),
  };
}

/** The word index of the slot that has a fingerprint, or of the empty one where it would be. */
export function findSlot(words: Uint32Array, slots: number, slotCount: number, a: number, b: number): number {
  const end = slots + slotCount * sizes.slot;
  let at = slots + Math.floor(((a >>> 8) * slotCount) / 0x100_0000) * sizes.slot;
  while (words[at + 2] !== 0 && (words[at] !== a || words[at + 1] !== b)) {
    at += sizes.slot;
    if (at === end) at = slots;
  }
  return at;
}
