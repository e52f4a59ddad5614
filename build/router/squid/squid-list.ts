import type { ListSink } from "../../../proxy/src/policy/list-parser.ts";
import { anchors, kinds } from "../../../proxy/src/policy/table.ts";
import type { TextEntry } from "../../../proxy/src/policy/table-builder.ts";
import type { ListKind } from "../../payload/squid/list-kinds.ts";
import { hostPattern, urlBeginning, urlPattern } from "./squid-regex.ts";

/** No name is longer (RFC 1035, 2.3.4); an IPv6 address is 32 digits. */
const mostBytes = 255;

/** Keeps the name whose bytes it is given, from its end, where a table has its fingerprint. */
class NameReader {
  readonly #bytes = Buffer.alloc(mostBytes);
  #start = mostBytes;

  start(): void {
    this.#start = mostBytes;
  }

  add(byte: number): void {
    this.#bytes[--this.#start] = byte;
  }

  get name(): string {
    return this.#bytes.toString("latin1", this.#start);
  }
}

/** A list as squid has it: lines by their kind. It takes what our own proxy would put into its table. */
export class SquidList implements ListSink {
  readonly hash = new NameReader();
  readonly #domains = { has: new Set<string>(), excepted: new Set<string>() };
  readonly #hosts = { has: new Set<string>(), excepted: new Set<string>() };
  readonly #lines = new Map<ListKind, Set<string>>();

  addName(kind: number): void {
    const name = readable(this.hash.name);
    if (kind === kinds.domain) this.#domains.has.add(name);
    else if (kind === kinds.exceptedDomain) this.#domains.excepted.add(name);
    else if (kind === kinds.exceptedHost) this.#hosts.excepted.add(name);
    else this.#hosts.has.add(name);
  }

  addUrl({ text }: TextEntry): void {
    this.#add("urls", urlBeginning(readable(this.hash.name), Buffer.from(text).toString("latin1")));
  }

  addPattern({ isExcepted, anchors: anchored, text }: TextEntry): void {
    const glob = Buffer.from(text).toString("latin1");
    this.#add(isExcepted ? "exceptedPatterns" : "patterns", urlPattern(glob, anchored));
    const ofHost = (anchored & anchors.end) === 0 ? hostPattern(glob, anchored) : undefined;
    if (ofHost !== undefined) this.#add(isExcepted ? "exceptedHostPatterns" : "hostPatterns", ofHost);
  }

  /** The lines of a kind, each once. */
  lines(kind: ListKind): Iterable<string> {
    if (kind === "names") return names(this.#domains.has, this.#hosts.has);
    if (kind === "exceptedNames") return names(this.#domains.excepted, this.#hosts.excepted);
    return this.#lines.get(kind) ?? [];
  }

  #add(kind: ListKind, line: string): void {
    const lines = this.#lines.get(kind) ?? new Set();
    this.#lines.set(kind, lines.add(line));
  }
}

/** IPv6 addresses are looked up as 32 digits; squid has them as they are in URLs. */
const readable = (name: string): string =>
  /^[0-9a-f]{32}$/.test(name) ? new URL(`http://[${name.replaceAll(/(.{4})(?=.)/g, "$1:")}]`).hostname : name;

/** With a dot in front, a domain and all below it. A name that is in a domain beside it stops squid: it is left out. */
function* names(domains: ReadonlySet<string>, hosts: ReadonlySet<string>): Generator<string> {
  for (const name of domains) if (!isBelow(name, domains)) yield `.${name}`;
  for (const name of hosts) if (!domains.has(name) && !isBelow(name, domains)) yield name;
}

function isBelow(name: string, domains: ReadonlySet<string>): boolean {
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1))
    if (domains.has(name.slice(dot + 1))) return true;
  return false;
}
