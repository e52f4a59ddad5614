import { isIP } from "node:net";

/** 128 bits of an address as four words of 32, most significant first; IPv4 is mapped (`::ffff:a.b.c.d`, RFC 4291, 2.5.5.2). */
export type AddressWords = readonly [number, number, number, number];

export interface Prefix {
  readonly words: AddressWords;
  /** 0 to 128; of IPv4, 96 more than is written. */
  readonly length: number;
}

/** Undefined for what is no address, or one with a zone. */
export function parseAddress(text: string): AddressWords | undefined {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return [0, 0, 0xffff, dottedWord(text)];
  const [before = "", after] = text.split("::");
  const high = hextets(before);
  const low = hextets(after ?? "");
  const all = [...high, ...Array.from({ length: 8 - high.length - low.length }, () => 0), ...low];
  const word = (index: number): number => (((all[index] ?? 0) << 16) | (all[index + 1] ?? 0)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}

/** An address, or a prefix without bits beyond its length; undefined for anything else. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = "", lengthText, ...more] = text.split("/");
  const words = parseAddress(address);
  if (words === undefined || more.length > 0) return undefined;
  const bits = isIP(address) === 4 ? 32 : 128;
  if (lengthText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(lengthText)) return undefined;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (length > bits) return undefined;
  const prefix = { words, length: length + 128 - bits };
  return words.every((word, index) => (word & hostMask(prefix, index)) === 0) ? prefix : undefined;
}

/** The last address of a prefix. */
export function lastOf(prefix: Prefix): AddressWords {
  const [w0, w1, w2, w3] = prefix.words.map((word, index) => (word | hostMask(prefix, index)) >>> 0);
  return [w0 ?? 0, w1 ?? 0, w2 ?? 0, w3 ?? 0];
}

/** Which bits of a word are beyond the prefix. */
function hostMask({ length }: Prefix, index: number): number {
  const bits = Math.min(32, Math.max(0, length - index * 32));
  return bits === 32 ? 0 : 0xffff_ffff >>> bits;
}

function hextets(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const word = dottedWord(part);
    return [word >>> 16, word & 0xffff];
  });
}

function dottedWord(text: string): number {
  return text.split(".").reduce((word, part) => ((word << 8) | Number(part)) >>> 0, 0);
}
