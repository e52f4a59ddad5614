import { isIP } from "node:net";
import { decode } from "./hash-host.ts";

/** ASCII, as lines of lists are read byte by byte. */
export const signs = {
  mark: 0x21,
  hash: 0x23,
  dollar: 0x24,
  percent: 0x25,
  ampersand: 0x26,
  star: 0x2a,
  hyphen: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  equals: 0x3d,
  question: 0x3f,
  at: 0x40,
  bracket: 0x5b,
  caret: 0x5e,
  pipe: 0x7c,
} as const;

/** What hosts files call the machine itself, and its networks. */
const ownNames = new Set([
  ...["localhost", "localhost.localdomain", "local", "broadcasthost", "0.0.0.0", "ip6-localhost"],
  ...["ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts"],
]);
const ownBeginnings = new Set([...ownNames].map((name) => name.charCodeAt(0)));
const longestOwnName = 21;

/** Where an entry ends before a `#` after a blank. */
export function withoutComment(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] !== signs.hash || !isBlank(bytes[at - 1] ?? 0)) continue;
    let entryEnd = at;
    while (entryEnd > start && isBlank(bytes[entryEnd - 1] ?? 0)) entryEnd--;
    return entryEnd;
  }
  return end;
}

/** Of a word of a hosts file. */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && !isBlank(bytes[at] ?? 0) && bytes[at] !== signs.hash) at++;
  return at;
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Most lines of hosts files begin with the same few. */
export function isAddress(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length === 7 && bytes[start] === 0x30 && bytes[start + 1] === signs.dot) {
    const isNull = bytes[start + 2] === 0x30 && bytes[start + 4] === 0x30 && bytes[start + 6] === 0x30;
    if (isNull && bytes[start + 3] === signs.dot && bytes[start + 5] === signs.dot) return true;
  }
  return length <= 64 && isIP(decode(bytes, start, end)) !== 0;
}

/** Whether a host of a hosts file is no entry of a list. */
export function isOwnName(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > longestOwnName || !ownBeginnings.has(bytes[start] ?? 0)) return false;
  return ownNames.has(decode(bytes, start, end));
}
