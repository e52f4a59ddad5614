import type { SeenUrl } from "./seen-url.ts";
import { anchors } from "./table.ts";

const star = 0x2a;
const caret = 0x5e;

/**
 * Whether a glob fits a URL: parts between `*` are looked for one after the other, each as far left as it fits, so
 * nothing is ever tried again: time is at most the URL's length times the glob's. `text` has the glob from `start`
 * to `end`, in lower case. The twin in C is in policy/match-pattern.c.
 */
export function matchesPattern(
  url: SeenUrl,
  text: Uint8Array,
  start: number,
  end: number,
  anchored: number,
): boolean {
  let from = 0;
  let first = anchored & (anchors.start | anchors.host);
  for (let part = start; ;) {
    let partEnd = part;
    while (partEnd < end && text[partEnd] !== star) partEnd++;
    const toEnd = partEnd === end && (anchored & anchors.end) !== 0;
    if (toEnd && url.isOpen) return false;
    let at = toEnd ? Math.max(from, url.length - (partEnd - part)) : from;
    const last = first === anchors.start ? 0 : first === anchors.host ? url.hostEnd : url.length;
    let fitEnd = -1;
    for (; at <= last && fitEnd < 0; at++) {
      if (first !== 0 && !isAnchor(url, at, first)) continue;
      fitEnd = fit(url, at, text, part, partEnd);
      if (toEnd && fitEnd !== url.length) fitEnd = -1;
    }
    if (fitEnd < 0) return false;
    if (partEnd === end) return true;
    from = fitEnd;
    part = partEnd + 1;
    first = 0;
  }
}

function isAnchor(url: SeenUrl, at: number, anchor: number): boolean {
  if (anchor === anchors.start) return at === 0;
  return at === url.hostStart || (at > url.hostStart && at < url.hostEnd && url.lower[at - 1] === 0x2e);
}

/** Where a part without `*` ends when it begins at `at`; -1 if it doesn't fit. */
function fit(url: SeenUrl, at: number, text: Uint8Array, part: number, partEnd: number): number {
  const { lower, length } = url;
  let to = at;
  for (let index = part; index < partEnd; index++) {
    const byte = text[index] ?? 0;
    if (to === length) {
      // the end of a URL counts as a separator
      if (byte !== caret || url.isOpen) return -1;
      continue;
    }
    const seen = lower[to++] ?? 0;
    if (byte === caret ? !isSeparator(seen) : byte !== seen) return -1;
  }
  return to;
}

/** Anything in ASCII but letters, digits, and `_`, `-`, `.`, `%`. */
function isSeparator(byte: number): boolean {
  if (byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39)) return false;
  return byte !== 0x5f && byte !== 0x2d && byte !== 0x2e && byte !== 0x25;
}
