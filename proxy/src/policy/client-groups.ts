import { lastOf, parseAddress, parsePrefix, type AddressWords, type Prefix } from "./client-addresses.ts";
import type { Group } from "./policy-config.ts";
import { header, type PolicyTable } from "./table.ts";

/** Groups as bits, from an address or a MAC on. */
export interface Range {
  readonly words: readonly number[];
  readonly groups: number;
}

/** The table's ranges: overlapping prefixes of all groups, laid side by side. */
export function addressRanges(groups: readonly Group[]): readonly Range[] {
  const prefixes = groups.flatMap(({ clients }, index) =>
    clients.map((text) => ({ prefix: mustParse(text), bit: 1 << index })),
  );
  const changes = prefixes.flatMap(({ prefix, bit }) => [
    { words: prefix.words, bit, by: 1 },
    ...[after(prefix)].filter((words) => words !== undefined).map((words) => ({ words, bit, by: -1 })),
  ]);
  changes.sort((one, other) => compareWords(one.words, other.words));
  const depth = new Map<number, number>();
  const ranges: Range[] = [];
  for (const { words, bit, by } of changes) {
    depth.set(bit, (depth.get(bit) ?? 0) + by);
    const inside = [...depth].reduce((mask, [each, count]) => (count > 0 ? mask | each : mask), 0);
    const last = ranges.at(-1);
    if (last !== undefined && compareWords(last.words, words) === 0) ranges.pop();
    ranges.push({ words, groups: inside });
  }
  return ranges;
}

/** The table's macs. */
export function macRanges(groups: readonly Group[]): readonly Range[] {
  const bits = new Map<string, number>();
  for (const [index, { macs }] of groups.entries())
    for (const mac of macs.map((text) => text.toLowerCase()))
      bits.set(mac, (bits.get(mac) ?? 0) | (1 << index));
  return [...bits]
    .map(([mac, mask]) => ({ words: macWords(mac), groups: mask }))
    .sort((one, other) => compareWords(one.words, other.words));
}

/** The groups that a client is in; 0 for what is no address. A zone doesn't matter. `mac` as `02:00:00:00:00:01`. */
export function groupsOfClient(table: PolicyTable, address: string, mac: string | undefined): number {
  const zone = address.indexOf("%");
  const words = parseAddress(zone < 0 ? address : address.slice(0, zone));
  const at = words === undefined ? 0 : lastUpTo(table, table.ranges, countOf(table, "rangeCount"), words);
  const byAddress = at === 0 ? 0 : (table.words[at + 4] ?? 0);
  return mac === undefined ? byAddress : byAddress | groupsOfMac(table, mac);
}

export function wantsMacs(table: PolicyTable): boolean {
  return countOf(table, "macCount") > 0;
}

function groupsOfMac(table: PolicyTable, mac: string): number {
  const words = macWords(mac.toLowerCase());
  const at = lastUpTo(table, table.macs, countOf(table, "macCount"), words);
  if (at === 0) return 0;
  return compareWords([...table.words.subarray(at, at + 2)], words) === 0 ? (table.words[at + 2] ?? 0) : 0;
}

/** The word index of the last of sorted records that isn't after a key; 0 if all are. A record has one word more than the key. */
function lastUpTo(table: PolicyTable, records: number, count: number, key: readonly number[]): number {
  const size = key.length + 1;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = records + middle * size;
    let word = 0;
    while (word < key.length - 1 && table.words[at + word] === key[word]) word++;
    if ((table.words[at + word] ?? 0) <= (key[word] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : records + (low - 1) * size;
}

function countOf(table: PolicyTable, field: "rangeCount" | "macCount"): number {
  return table.words[header[field]] ?? 0;
}

function mustParse(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new Error(`${text}: is no prefix`);
  return prefix;
}

/** The address after a prefix; undefined where there is none. */
function after(prefix: Prefix): AddressWords | undefined {
  const [w0, w1, w2, w3] = lastOf(prefix);
  const next = (word: number): number => (word + 1) >>> 0;
  if (next(w3) !== 0) return [w0, w1, w2, next(w3)];
  if (next(w2) !== 0) return [w0, w1, next(w2), 0];
  if (next(w1) !== 0) return [w0, next(w1), 0, 0];
  return next(w0) !== 0 ? [next(w0), 0, 0, 0] : undefined;
}

function macWords(mac: string): readonly [number, number] {
  const digits = mac.replaceAll(":", "");
  return [Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8), 16)];
}

function compareWords(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((word, index) => word !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
