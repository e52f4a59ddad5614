import { isBlank, signs } from "./line-bytes.ts";
import type { ListFormat } from "./policy-config.ts";

/** A line's format by its looks: blanks are in hosts files, signs in Adblock rules; a slash after a host makes a URL. */
export function guessFormat(bytes: Uint8Array, start: number, end: number): Exclude<ListFormat, "auto"> {
  const first = bytes[start] ?? 0;
  if (first === signs.at || first === signs.hyphen || bytes[end - 1] === signs.hyphen) return "adblock";
  let hasSlash = false;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0;
    if (isBlank(byte)) return "hosts";
    if (byte === signs.slash) hasSlash = true;
    if (byte === signs.pipe || byte === signs.caret || byte === signs.dollar) return "adblock";
    if (byte === signs.star && !isWildcard(bytes, start, end, index)) return "adblock";
    if (byte === signs.hash && isCosmeticSign(bytes[index + 1] ?? 0)) return "adblock";
    if ((byte === signs.equals || byte === signs.ampersand) && !hasSlash) return "adblock";
  }
  if (!hasSlash) return "domains";
  return first === signs.slash || first === signs.dot ? "adblock" : "urls";
}

/** `*.example.org`, and `example.org/path/*`. */
function isWildcard(bytes: Uint8Array, start: number, end: number, at: number): boolean {
  return at === start ? bytes[at + 1] === signs.dot : at === end - 1;
}

/** What may follow `#` in `##`, `#@#`, `#?#`, `#$#`, `#%#`. */
function isCosmeticSign(byte: number): boolean {
  return [signs.hash, signs.at, signs.question, signs.dollar, signs.percent].some((sign) => sign === byte);
}
