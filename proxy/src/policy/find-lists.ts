import { parseAddress } from "./client-addresses.ts";
import type { Question } from "./judge.ts";
import { matchesPattern } from "./match-pattern.ts";
import { NameHash } from "./name-hash.ts";
import { bareHost, isTokenByte, lowerCase, SeenUrl } from "./seen-url.ts";
import { anchors, depthBit, findSlot, header, kinds, sizes, type Kind, type PolicyTable } from "./table.ts";

const dot = 0x2e;
const patternKinds = 1 << kinds.token;
const textKinds = patternKinds | (1 << kinds.urls);

/** An entry that fits: bits of the lists that have it, and of those that except it. */
export interface Hit {
  readonly has: number;
  readonly excepted: number;
  readonly kind: "domain" | "host" | "url" | "pattern";
  /** As it could stand in a list. */
  readonly text: string;
}

/**
 * Returns what finds the lists that have a URL, as bits; `note` is told of each entry that counts. It isn't
 * reentrant: memory for the URL is used again.
 */
export function listFinder(
  table: PolicyTable,
): (question: Pick<Question, "host" | "port" | "path">, note?: (hit: Hit) => void) => number {
  const { words, bytes } = table;
  const slotCount = words[header.slotCount] ?? 0;
  const always = words[table.groups + 1] ?? 0;
  const hash = new NameHash(words[header.seedA] ?? 0, words[header.seedB] ?? 0);
  const url = new SeenUrl();
  let has = 0;
  let excepted = 0;

  return (question, note) => {
    has = 0;
    excepted = 0;
    const host = bareHost(question.host);
    if ((table.kinds & textKinds) !== 0 || always > 0) url.read(host, question);
    findNames(nameOf(host), note);
    if ((table.kinds & patternKinds) !== 0) findTokens(note);
    if (always > 0) fitGroup(0, "", note);
    return has & ~excepted;
  };

  function findNames(host: string, note?: (hit: Hit) => void): void {
    if (host === "") return;
    hash.start();
    for (let at = host.length - 1; at >= 0; at--) {
      const byte = lowerCase(host.charCodeAt(at) & 0xff);
      if (byte === dot) findDomain(host, at + 1, note);
      hash.add(byte);
    }
    findDomain(host, 0, note);
    const here = find(kinds.host);
    const exceptedHere = find(kinds.exceptedHost);
    has |= here;
    excepted |= exceptedHere;
    if (note !== undefined && (here | exceptedHere) !== 0)
      note({ has: here, excepted: exceptedHere, kind: "host", text: host });
  }

  /** What there is of the part of the host that the hash has. */
  function findDomain(host: string, start: number, note?: (hit: Hit) => void): void {
    if ((table.depths & depthBit(hash.labels)) === 0) return;
    const here = find(kinds.domain);
    const exceptedHere = find(kinds.exceptedDomain);
    has |= here;
    excepted |= exceptedHere;
    if (note !== undefined && (here | exceptedHere) !== 0)
      note({ has: here, excepted: exceptedHere, kind: "domain", text: host.slice(start) });
    const group = find(kinds.urls);
    if (group !== 0) fitGroup(group, host.slice(start), note);
  }

  function findTokens(note?: (hit: Hit) => void): void {
    const seen: number[] = [];
    let inToken = false;
    for (let at = url.length - 1; at >= -1; at--) {
      const byte = at < 0 ? dot : (url.lower[at] ?? 0);
      if (isTokenByte(byte)) {
        if (!inToken) hash.start();
        inToken = true;
        hash.add(byte);
      } else if (inToken) {
        inToken = false;
        const group = find(kinds.token);
        if (group === 0 || seen.includes(group)) continue;
        seen.push(group);
        fitGroup(group, "", note);
      }
    }
  }

  function find(kind: Kind): number {
    if ((table.kinds & (1 << kind)) === 0) return 0;
    return words[findSlot(words, table.slots, slotCount, hash.a(kind), hash.b(kind)) + 2] ?? 0;
  }

  /** `domain` is that of URL entries. */
  function fitGroup(group: number, domain: string, note?: (hit: Hit) => void): void {
    const first = words[table.groups + group * sizes.group] ?? 0;
    const count = words[table.groups + group * sizes.group + 1] ?? 0;
    for (let index = first; index < first + count; index++) {
      const entry = table.entries + index * sizes.entry;
      const anchored = words[entry + 2] ?? 0;
      const start = table.texts + (words[entry + 3] ?? 0);
      const end = start + (words[entry + 4] ?? 0);
      const fits =
        domain === "" ? matchesPattern(url, bytes, start, end, anchored) : pathBegins(url, bytes, start, end);
      if (!fits) continue;
      has |= words[entry] ?? 0;
      excepted |= words[entry + 1] ?? 0;
      if (note === undefined) continue;
      const text = Buffer.from(bytes.subarray(start, end)).toString("latin1");
      note({
        has: words[entry] ?? 0,
        excepted: words[entry + 1] ?? 0,
        kind: domain === "" ? "pattern" : "url",
        text: domain === "" ? writePattern(text, anchored) : domain + text,
      });
    }
  }
}

function pathBegins(url: SeenUrl, text: Uint8Array, start: number, end: number): boolean {
  if (end - start > url.length - url.pathStart) return false;
  for (let index = start; index < end; index++)
    if (text[index] !== url.bytes[url.pathStart + index - start]) return false;
  return true;
}

/** Addresses have many spellings: IPv6 is looked up as 32 digits, an IPv4 address in it as that. */
export function nameOf(host: string): string {
  const words = host.includes(":") ? parseAddress(host) : undefined;
  if (words === undefined) return host;
  const [w0, w1, w2, w3] = words;
  if (w0 === 0 && w1 === 0 && w2 === 0xffff)
    return [w3 >>> 24, (w3 >>> 16) & 255, (w3 >>> 8) & 255, w3 & 255].join(".");
  return words.map((word) => word.toString(16).padStart(8, "0")).join("");
}

function writePattern(glob: string, anchored: number): string {
  const start = (anchored & anchors.start) !== 0 ? "|" : (anchored & anchors.host) !== 0 ? "||" : "";
  return `${start}${glob}${(anchored & anchors.end) !== 0 ? "|" : ""}`;
}
