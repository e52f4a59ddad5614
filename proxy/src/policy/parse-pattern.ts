import { domainToASCII } from "node:url";
import { isTokenByte } from "./seen-url.ts";
import { anchors } from "./table.ts";

/** An Adblock pattern that is more than a domain. */
export interface Pattern {
  readonly anchors: number;
  /** Lower case; `*` is anything, `^` a separator. */
  readonly glob: string;
  /** Words that every URL that fits has between characters that are none of a word. */
  readonly tokens: readonly string[];
}

const mostBytes = 512;

/**
 * Reads an Adblock pattern without options: `||` is where a host's name or a part of it begins, `|` the URL's
 * beginning or end, `*` anything, `^` a separator or the end. `||example.org^`, and what says no more, is a
 * domain: with all below it. `||ads.` and `||ads` say more: of what names go on like. A text says what is wrong.
 */
export function parsePattern(text: string): Pattern | { readonly domain: string } | string {
  if (/[\0-\x20\x7f]/.test(text)) return "a pattern has no blanks";
  // a separator at the end says already that there is an end
  const pattern = text.replace(/\^\|$/, "^");
  const [, domain, end] = /^\|\|(?:\*?\.)?(\[[\da-f:.]+\]|[^*^|/:?]+)([\^/]?)\**$/i.exec(pattern) ?? [];
  if (domain !== undefined && (end !== "" || /\.[^.]*[^.\-_]$/.test(domain))) return { domain };

  let anchored = pattern.startsWith("||") ? anchors.host : pattern.startsWith("|") ? anchors.start : 0;
  let glob = pattern.slice(anchored === anchors.host ? 2 : anchored === anchors.start ? 1 : 0);
  if (glob.endsWith("|")) {
    anchored |= anchors.end;
    glob = glob.slice(0, -1);
  }
  if (glob.startsWith("*")) anchored &= ~anchors.start;
  if (glob.endsWith("*")) anchored &= ~anchors.end;
  glob = toAscii(glob, anchored)
    .toLowerCase()
    .replaceAll(/\*{2,}/g, "*")
    .replace(/\*$/, "");
  // what may follow a host's beginning is not what may stand anywhere
  if ((anchored & anchors.host) === 0) glob = glob.replace(/^\*/, "");
  if (glob === "") return "fits everything: a rule without lists does that";
  if (glob.length > mostBytes) return `a pattern has at most ${mostBytes} characters`;
  return { anchors: anchored, glob, tokens: findTokens(glob, anchored) };
}

/** As it stands in a URL: a host's name in Punycode, else UTF-8, escaped. */
function toAscii(glob: string, anchored: number): string {
  if (!/[^\0-\x7f]/.test(glob)) return glob;
  const host = (anchored & anchors.host) === 0 ? "" : (/^[^*^|/:?]+/.exec(glob)?.[0] ?? "");
  const rest = glob.slice(host.length);
  return (
    domainToASCII(host) + rest.replaceAll(/[^\0-\x7f]+/g, (part) => encodeURIComponent(part.toWellFormed()))
  );
}

function findTokens(glob: string, anchored: number): string[] {
  const isBetween = (start: number, end: number): boolean =>
    (start === 0 ? (anchored & (anchors.start | anchors.host)) !== 0 : glob[start - 1] !== "*") &&
    (end === glob.length ? (anchored & anchors.end) !== 0 : glob[end] !== "*");
  const tokens: string[] = [];
  let start = 0;
  for (let at = 0; at <= glob.length; at++) {
    if (at < glob.length && isTokenByte(glob.charCodeAt(at))) continue;
    if (at > start && isBetween(start, at)) tokens.push(glob.slice(start, at));
    start = at + 1;
  }
  return tokens;
}
