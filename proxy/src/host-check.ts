import { isIP } from "node:net";
import { canonicalAddress, formatEndpoint } from "./addresses.ts";
import { errorCode } from "./error-code.ts";
import type { Log } from "./log.ts";
import type { Endpoint } from "./transport.ts";

/** `unknown`: it couldn't be found out. */
export type Belonging = "belongs" | "foreign" | "unknown";

/** All addresses of a name, of one family; none if it doesn't exist. Rejects if it can't be found out. */
export type ResolveAll = (name: string, family: 4 | 6) => Promise<readonly string[]>;

interface Known {
  /** By address, until when it counts, in milliseconds. */
  readonly addresses: Map<string, number>;
  readonly askedAt: number;
  /** Whether the resolver said anything when it was asked last. */
  readonly isAnswered: boolean;
}

/** How long an answer is taken for the newest. */
const freshMs = 60_000;
/** Names of big sites have other addresses with every answer: a client may still use one that was heard before. */
const rememberMs = 30 * 60_000;
/** After a mismatch or no answer the resolver may be asked again; not for each request of who means it, or waits. */
const retryMs = 5000;
const maxNames = 4096;
const maxAddresses = 64;

/** Tells whether names have the addresses that clients go to ("host header forgery"). */
export class HostCheck {
  readonly #resolveAll: ResolveAll;
  readonly #now: () => number;
  /** By name and family; the ones that were asked for last are at the end. */
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<Known>>();

  /** @param now Milliseconds since whenever. */
  constructor(resolveAll: ResolveAll, now: () => number = () => performance.now()) {
    this.#resolveAll = resolveAll;
    this.#now = now;
  }

  /** @param name Or an address, which has to be the destination itself. Never rejects. */
  async check(name: string, destination: string): Promise<Belonging> {
    const to = canonicalAddress(destination);
    if (isIP(name) !== 0) return canonicalAddress(name) === to ? "belongs" : "foreign";
    // That another family can't be found out says nothing of this one.
    const family = isIP(to) === 6 ? 6 : 4;
    const known = this.#known.get(`${family} ${name}`);
    const isFresh = known !== undefined && this.#now() - known.askedAt < this.#freshFor(known, to);
    return this.#judge(isFresh ? known : await this.#ask(name, family), to);
  }

  #freshFor(known: Known, to: string): number {
    return known.isAnswered && this.#has(known, to) ? freshMs : retryMs;
  }

  #judge(known: Known, to: string): Belonging {
    if (this.#has(known, to)) return "belongs";
    return known.isAnswered ? "foreign" : "unknown";
  }

  #has({ addresses }: Known, to: string): boolean {
    return (addresses.get(to) ?? 0) > this.#now();
  }

  /** One question at a time for each name and family. */
  async #ask(name: string, family: 4 | 6): Promise<Known> {
    const key = `${family} ${name}`;
    const asking = this.#asking.get(key) ?? this.#find(name, family).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #find(name: string, family: 4 | 6): Promise<Known> {
    const found = await this.#resolveAll(name, family).catch(() => undefined);
    const key = `${family} ${name}`;
    const { addresses } = this.#known.get(key) ?? { addresses: new Map<string, number>() };
    const askedAt = this.#now();
    for (const address of (found ?? []).map(canonicalAddress)) {
      // Anew, so that the oldest come first.
      addresses.delete(address);
      addresses.set(address, askedAt + rememberMs);
    }
    forgetOldest(addresses, maxAddresses);
    const known = { addresses, askedAt, isAnswered: found !== undefined };
    this.#known.delete(key);
    this.#known.set(key, known);
    forgetOldest(this.#known, maxNames);
    return known;
  }
}

/** Asks, and says in the log what doesn't belong, or can't be found out. */
export async function askAboutHost(
  { hostCheck, log }: { readonly hostCheck: HostCheck; readonly log: Log },
  {
    client,
    destination,
    host,
  }: { readonly client: Endpoint; readonly destination: Endpoint; readonly host: string },
): Promise<Belonging> {
  const found = await hostCheck.check(host, destination.address);
  if (found !== "belongs") {
    const event = found === "foreign" ? "host-mismatch" : "host-unchecked";
    log(event, { client: formatEndpoint(client), destination: formatEndpoint(destination), host });
  }
  return found;
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

/** Asks these servers, or whom /etc/resolv.conf names. */
export function resolveAllBy(servers: readonly string[]): ResolveAll {
  // Loaded with the first name that is checked.
  let resolver: import("node:dns").promises.Resolver | undefined;
  return async (name, family) => {
    if (resolver === undefined) {
      const { Resolver } = process.getBuiltinModule("node:dns/promises");
      resolver = new Resolver({ timeout: 2000, tries: 2 });
      if (servers.length > 0) resolver.setServers(servers);
    }
    try {
      return await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
    } catch (error) {
      if (isNoSuchName(error)) return [];
      throw error;
    }
  };
}

/** EBADNAME: it couldn't even be asked for, such as one with a label of more than 63 characters. */
function isNoSuchName(error: unknown): boolean {
  return ["ENOTFOUND", "ENODATA", "EBADNAME"].includes(errorCode(error));
}
