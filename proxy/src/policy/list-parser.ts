import { isRegularExpression, readAdblock, type SkippedRule } from "./adblock.ts";
import { guessFormat } from "./guess-format.ts";
import { decode, hashHost } from "./hash-host.ts";
import { isAddress, isBlank, isOwnName, signs, withoutComment, wordEnd } from "./line-bytes.ts";
import { parsePattern } from "./parse-pattern.ts";
import type { ListFormat } from "./policy-config.ts";
import type { NameHash } from "./name-hash.ts";
import { kinds } from "./table.ts";
import type { TableBuilder } from "./table-builder.ts";
import { readUrlEntry } from "./url-entry.ts";

/** What a policy may have at most: bounds for a router's memory and time. */
export const limits = {
  /** Domains and hosts, as often as they come. */
  names: 2_000_000,
  /** Patterns and URLs. */
  texts: 200_000,
  /** Patterns without a token: each request is held against all of them. */
  patternsWithoutToken: 1000,
};

/** What lines of one policy come to. */
export interface Tally {
  names: number;
  texts: number;
  patternsWithoutToken: number;
}

/** Takes what a list's lines come to: a table, or whatever else lists are made into. */
export interface ListSink extends Pick<TableBuilder, "addName" | "addUrl" | "addPattern"> {
  readonly hash: Pick<NameHash, "start" | "add">;
}

/**
 * Puts a list's lines into a table, each by the list's format. Lines that are plain names are read as bytes: a
 * million strings would take more memory than the table.
 */
export class ListParser {
  readonly skipped = new Map<SkippedRule, number>();
  readonly #builder: ListSink;
  readonly #list: number;
  readonly #format: ListFormat;
  readonly #tally: Tally;
  readonly #report: (fact: string) => void;
  /** Whether an `auto` list began as Adblock lists do. */
  #isAdblock = false;

  /** `list` is the number of its bit; `report` is told what is wrong with the line that is being taken. */
  constructor(
    builder: ListSink,
    list: number,
    format: ListFormat,
    tally: Tally,
    report: (fact: string) => void,
  ) {
    this.#builder = builder;
    this.#list = list;
    this.#format = format;
    this.#tally = tally;
    this.#report = report;
  }

  takeLine(bytes: Uint8Array, lineStart: number, lineEnd: number): void {
    let start = lineStart;
    let end = lineEnd;
    while (start < end && isBlank(bytes[start] ?? 0)) start++;
    while (end > start && isBlank(bytes[end - 1] ?? 0)) end--;
    if (start === end || bytes[start] === signs.mark) return;
    if (this.#format === "auto" || this.#format === "adblock") {
      if (bytes[start] === signs.bracket && /^\[ad(block|guard)/i.test(decode(bytes, start, end))) {
        this.#isAdblock = true;
        return;
      }
      // `##.banner` is no comment but a rule for all sites
      if (bytes[start] === signs.hash && bytes[start + 1] === signs.hash && bytes[start + 2] !== signs.hash)
        this.#skip("hides elements");
    }
    if (bytes[start] === signs.hash) return;
    this.#takeEntry(bytes, start, withoutComment(bytes, start, end));
  }

  #takeEntry(bytes: Uint8Array, start: number, end: number): void {
    let format = this.#format;
    if (format === "auto") format = this.#isAdblock ? "adblock" : guessFormat(bytes, start, end);
    if (format === "domains") this.#addDomain(bytes, start, end);
    else if (format === "hosts") this.#addHosts(bytes, start, end);
    else if (format === "urls") this.#addUrl(decode(bytes, start, end));
    else if (format === "patterns") this.#addPlainPattern(decode(bytes, start, end));
    else this.#addAdblock(bytes, start, end);
  }

  /** A name with all below it; an address by itself. */
  #addDomain(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    if (bytes[from] === signs.star && bytes[from + 1] === signs.dot) from += 2;
    else if (bytes[from] === signs.dot) from += 1;
    const what = hashHost(this.#builder.hash, bytes, from, end);
    if (what === undefined) this.#fault("is no domain", decode(bytes, start, end));
    else this.#addName(what === "domain" ? kinds.domain : kinds.host);
  }

  /** An address and names of it; a comment needs no blank before it (hosts(5)). */
  #addHosts(bytes: Uint8Array, start: number, end: number): void {
    const addressEnd = wordEnd(bytes, start, end);
    if (!isAddress(bytes, start, addressEnd)) {
      this.#fault("doesn't begin with an address", decode(bytes, start, end));
      return;
    }
    if (addressEnd === end) this.#fault("has an address without a name", decode(bytes, start, end));
    for (let from = addressEnd; from < end;) {
      while (from < end && isBlank(bytes[from] ?? 0)) from++;
      if (bytes[from] === signs.hash) break;
      const nameEnd = wordEnd(bytes, from, end);
      this.#addHost(bytes, from, nameEnd);
      from = nameEnd;
    }
  }

  #addHost(bytes: Uint8Array, start: number, end: number): void {
    if (isOwnName(bytes, start, end)) return;
    if (hashHost(this.#builder.hash, bytes, start, end) === undefined)
      this.#fault("is no host", decode(bytes, start, end));
    else this.#addName(kinds.host);
  }

  #addUrl(text: string): void {
    const entry = readUrlEntry(text);
    if (typeof entry === "string") {
      this.#fault(entry, text);
    } else if (entry.port !== undefined && entry.port !== "80") {
      // only patterns see ports; what would mean something else in them is a separator
      const path = Buffer.from(entry.path ?? "/").toString("latin1");
      this.#addPattern(`||${entry.host}:${entry.port}${path.replaceAll(/[*|^]/g, "^")}`, false);
    } else {
      const host = Buffer.from(entry.host);
      const what = hashHost(this.#builder.hash, host, 0, host.length);
      if (what === undefined) this.#fault("is no host", entry.host);
      else if (entry.path === undefined) this.#addName(what === "domain" ? kinds.domain : kinds.host);
      else if (this.#isRoomForText())
        this.#builder.addUrl({ list: this.#list, isExcepted: false, anchors: 0, text: entry.path });
    }
  }

  #addPlainPattern(text: string): void {
    const isException = text.startsWith("@@");
    if (isRegularExpression(text)) this.#fault("is a regular expression, which patterns are not", text);
    else this.#addPattern(isException ? text.slice(2) : text, isException);
  }

  /** Lists for filters of names mix Adblock rules with plain names and lines of hosts files. */
  #addAdblock(bytes: Uint8Array, start: number, end: number): void {
    const text = decode(bytes, start, end);
    const rule = readAdblock(text);
    if ("skipped" in rule) this.#skip(rule.skipped);
    else if (/^[^\s/]+\s/.test(text)) this.#addHosts(bytes, start, end);
    else if (/^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)+$/u.test(text) && !/[-_]$/.test(text))
      this.#addDomain(bytes, start, end);
    else this.#addPattern(rule.pattern, rule.isException);
  }

  #addPattern(text: string, isExcepted: boolean): void {
    const pattern = parsePattern(text);
    if (typeof pattern === "string") {
      this.#fault(pattern, text);
    } else if ("domain" in pattern) {
      const name = Buffer.from(pattern.domain);
      const what = hashHost(this.#builder.hash, name, 0, name.length);
      if (what === undefined) this.#fault("is no domain", pattern.domain);
      else if (what === "domain") this.#addName(isExcepted ? kinds.exceptedDomain : kinds.domain);
      else this.#addName(isExcepted ? kinds.exceptedHost : kinds.host);
    } else {
      if (pattern.tokens.length === 0 && !this.#isRoomForPatternWithoutToken(text)) return;
      if (!this.#isRoomForText()) return;
      const bytes = (each: string): Uint8Array => Buffer.from(each, "latin1");
      this.#builder.addPattern(
        { list: this.#list, isExcepted, anchors: pattern.anchors, text: bytes(pattern.glob) },
        pattern.tokens.map(bytes),
      );
    }
  }

  /** The name that the builder's hash has. */
  #addName(kind: Parameters<TableBuilder["addName"]>[0]): void {
    if (++this.#tally.names > limits.names) this.#report(`is one domain more than ${limits.names}`);
    else this.#builder.addName(kind, this.#list);
  }

  #isRoomForText(): boolean {
    if (++this.#tally.texts <= limits.texts) return true;
    this.#report(`is one pattern or URL more than ${limits.texts}`);
    return false;
  }

  #isRoomForPatternWithoutToken(text: string): boolean {
    if (++this.#tally.patternsWithoutToken <= limits.patternsWithoutToken) return true;
    const most = limits.patternsWithoutToken;
    this.#fault(`is one pattern more than ${most} without a word between separators to find it by`, text);
    return false;
  }

  #skip(why: SkippedRule): void {
    this.skipped.set(why, (this.skipped.get(why) ?? 0) + 1);
  }

  #fault(fact: string, text: string): void {
    this.#report(`${fact}: ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)}`);
  }
}
