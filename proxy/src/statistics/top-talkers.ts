import type { AccessRecord } from "../access.ts";
import { FrequentKeys, type Counted } from "./frequent-keys.ts";

/** Of clients and of hosts each, twice. */
const capacity = 256;
const periodMs = 5 * 60 * 1000;

export interface Top {
  /** How far back it goes: five to ten minutes, once the proxy has run for so long. */
  readonly sinceMs: number;
  readonly clients: readonly Counted[];
  readonly hosts: readonly Counted[];
}

interface Period {
  readonly startedMs: number;
  readonly clients: FrequentKeys;
  readonly hosts: FrequentKeys;
}

/** Who asked most in the last minutes, and for which hosts; in bounded memory, whatever is asked for. */
export class TopTalkers {
  readonly #now: () => number;
  #before: Period | undefined;
  #current: Period;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#current = startPeriod(now());
  }

  add({ client, url, destination, verdict, bytesFromClient, bytesToClient }: AccessRecord): void {
    this.#turnOver();
    const blocked = verdict === "blocked" ? 1 : 0;
    const bytes = bytesFromClient + bytesToClient;
    this.#current.clients.add(client.address, 1, blocked, bytes);
    const host = url === undefined ? destination?.address : hostOf(url);
    if (host !== undefined) this.#current.hosts.add(host, 1, blocked, bytes);
  }

  /** The first of each, by requests. */
  list(count: number): Top {
    this.#turnOver();
    const periods = this.#before === undefined ? [this.#current] : [this.#before, this.#current];
    return {
      sinceMs: periods[0]?.startedMs ?? 0,
      clients: merge(periods.map(({ clients }) => clients)).slice(0, count),
      hosts: merge(periods.map(({ hosts }) => hosts)).slice(0, count),
    };
  }

  #turnOver(): void {
    const now = this.#now();
    const age = now - this.#current.startedMs;
    // The clock may also be set back.
    if (age >= 0 && age < periodMs) return;
    this.#before = age >= 0 && age < 2 * periodMs ? this.#current : undefined;
    this.#current = startPeriod(now);
  }
}

function startPeriod(startedMs: number): Period {
  return { startedMs, clients: new FrequentKeys(capacity), hosts: new FrequentKeys(capacity) };
}

/** From `http://host:port/path`, or `host:port`; without the port, and brackets. */
function hostOf(url: string): string {
  const scheme = url.indexOf("://");
  const start = scheme < 0 ? 0 : scheme + 3;
  const slash = url.indexOf("/", start);
  const end = slash < 0 ? url.length : slash;
  const bracket = url.startsWith("[", start) ? url.indexOf("]", start) : -1;
  if (bracket > 0) return url.slice(start + 1, bracket);
  const colon = url.indexOf(":", start);
  return url.slice(start, colon < 0 || colon > end ? end : colon);
}

function merge(parts: readonly FrequentKeys[]): Counted[] {
  const all = new Map<string, Counted>();
  for (const counted of parts.flatMap((part) => part.all())) {
    const other = all.get(counted.key);
    all.set(counted.key, other === undefined ? counted : sum(counted, other));
  }
  return [...all.values()].sort((a, b) => b.requests - a.requests || b.bytes - a.bytes);
}

function sum(a: Counted, b: Counted): Counted {
  return {
    key: a.key,
    requests: a.requests + b.requests,
    blocked: a.blocked + b.blocked,
    bytes: a.bytes + b.bytes,
    missing: a.missing + b.missing,
  };
}
