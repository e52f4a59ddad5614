import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { nameOf } from "./find-lists.ts";
import type { NameHash } from "./name-hash.ts";
import { lowerCase } from "./seen-url.ts";

const dot = 0x2e;

/**
 * Leaves a host of a list in the hash, as look-ups find it: case and a dot at the end don't matter, names beyond
 * ASCII become `xn--` (UTS 46). Returns what it is, undefined for what is neither.
 */
export function hashHost(
  hash: Pick<NameHash, "start" | "add">,
  bytes: Uint8Array,
  start: number,
  end: number,
): "domain" | "address" | undefined {
  const last = end > start && bytes[end - 1] === dot ? end - 1 : end;
  if (last === start || last - start > 253) return undefined;
  hash.start();
  let labelEnd = last;
  let isNumber = true;
  let endsInNumber = false;
  for (let at = last - 1; at >= start - 1; at--) {
    const byte = at < start ? dot : lowerCase(bytes[at] ?? 0);
    if (byte === dot) {
      const length = labelEnd - at - 1;
      if (length < 1 || length > 63) return undefined;
      if (labelEnd === last) endsInNumber = isNumber;
      if (at < start) break;
      labelEnd = at;
    } else if (byte < 0x30 || byte > 0x39) {
      isNumber = false;
      if (!isNameByte(byte)) return hashOtherHost(hash, bytes, start, last);
    }
    hash.add(byte);
  }
  if (!endsInNumber) return "domain";
  return isIP(decode(bytes, start, last)) === 4 ? "address" : undefined;
}

/** IPv6 addresses, and names that aren't ASCII. */
function hashOtherHost(
  hash: Pick<NameHash, "start" | "add">,
  bytes: Uint8Array,
  start: number,
  end: number,
): "domain" | "address" | undefined {
  const text = decode(bytes, start, end);
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (bare.includes(":")) {
    const name = nameOf(bare);
    if (name === bare) return undefined;
    hash.start();
    for (let at = name.length - 1; at >= 0; at--) hash.add(name.charCodeAt(at));
    return "address";
  }
  if (!/[^\0-\x7f]/.test(text)) return undefined;
  const ascii = Buffer.from(domainToASCII(text), "latin1");
  return /^[\w.-]+$/.test(ascii.toString("latin1")) ? hashHost(hash, ascii, 0, ascii.length) : undefined;
}

function isNameByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x5f;
}

export function decode(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}
