import { isIP } from "node:net";
import { canonicalAddress, isUnspecified } from "./addresses.ts";
import {
  absolutePath,
  address,
  allOf,
  integer,
  list,
  object,
  oneOf,
  optional,
  type ConfigFault,
  type Of,
} from "./config-checks.ts";
import { checkPolicyConfig } from "./policy/check-policy.ts";
import type { PolicyConfig } from "./policy/policy-config.ts";

/** What the proxy is told, as one JSON file; the build tool renders it from the site. */
export interface ProxyConfig {
  /** At least one. `::` takes IPv6 alone, so that `0.0.0.0` can have the same port. */
  readonly listeners: readonly Listener[];
  /** Whose address the proxy connects from: the client's own, or the router's. */
  readonly originSees: "client" | "router";
  /**
   * SO_MARK of outgoing sockets. Must not be the mark that delivers captured packets locally, or
   * the proxy's own packets come back to it.
   */
  readonly mark: number;
  /** The router's own addresses, IPv4 and IPv6: nothing is relayed to them. */
  readonly self: readonly string[];
  /**
   * The captured ports. They are also the only ones that an explicit listener connects to: only
   * their replies are led back to the proxy when the origin sees the client.
   */
  readonly ports: readonly CapturedPort[];
  /**
   * A FIFO, or a file: held open for writing as long as the process lives; gets the line
   * `listening` once all listeners listen.
   */
  readonly ready?: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly halfCloseTimeoutMs: number;
  /** How long connections may go on after SIGTERM. */
  readonly drainMs: number;
  readonly maxConnections: number;
  /** The file becomes `<file>.1` at `maxBytes`, so the log takes up to twice that. */
  readonly log: { readonly file: string; readonly maxBytes: number };
  readonly policy: PolicyConfig;
}

export interface Listener {
  /** Captured by TPROXY, or spoken to as a proxy (RFC 9110, 3.7). */
  readonly kind: "transparent" | "explicit";
  readonly address: string;
  readonly port: number;
}

export interface CapturedPort {
  readonly port: number;
  /** Into `http` the log looks for a connection's first request; the others are not looked into. */
  readonly carries: "http" | "tls" | "raw";
}

const dayMs = 24 * 60 * 60 * 1000;
const port = integer(1, 65_535);

const checkConfig = object({
  listeners: allOf(
    list(object({ kind: oneOf("transparent", "explicit"), address, port } satisfies Of<Listener>), 1),
    listenersApart,
  ),
  originSees: oneOf("client", "router"),
  mark: integer(1, 0xffff_ffff),
  self: list(address, 0),
  ports: allOf(
    list(object({ port, carries: oneOf("http", "tls", "raw") } satisfies Of<CapturedPort>), 1),
    portsOnce,
  ),
  ready: optional(absolutePath),
  connectTimeoutMs: integer(1, dayMs),
  idleTimeoutMs: integer(1, dayMs),
  halfCloseTimeoutMs: integer(1, dayMs),
  drainMs: integer(0, dayMs),
  maxConnections: integer(1, 1_000_000),
  log: object({ file: absolutePath, maxBytes: integer(4096, 1024 ** 3) } satisfies Of<ProxyConfig["log"]>),
  policy: checkPolicyConfig,
} satisfies Of<ProxyConfig>);

/** Reads a configuration; what is wrong with it comes back as every fault, not only the first. */
export function parseConfig(text: string): ProxyConfig | readonly ConfigFault[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [{ path: "", fact: `must be JSON: ${error instanceof Error ? error.message : String(error)}` }];
  }
  const faults: ConfigFault[] = [];
  return hasNoFaults(value, faults) ? value : faults;
}

function hasNoFaults(value: unknown, faults: ConfigFault[]): value is ProxyConfig {
  faults.push(...checkConfig(value, ""));
  return faults.length === 0;
}

/** Two listeners at one address and port; an unspecified address is all of its family. */
function* listenersApart(value: unknown, path: string): Generator<ConfigFault> {
  const listeners = (value as readonly Listener[]).map((each) => ({
    ...each,
    address: canonicalAddress(each.address),
  }));
  for (const [index, later] of listeners.entries()) {
    const first = listeners.findIndex((earlier) => earlier.port === later.port && overlap(earlier, later));
    if (first < index) yield { path: `${path}/${index}`, fact: `has the address and port of entry ${first}` };
  }
}

function overlap({ address: one }: Listener, { address: other }: Listener): boolean {
  const sameFamily = isIP(one) === isIP(other);
  return one === other || (sameFamily && (isUnspecified(one) || isUnspecified(other)));
}

function* portsOnce(value: unknown, path: string): Generator<ConfigFault> {
  const numbers = (value as readonly CapturedPort[]).map((each) => each.port);
  for (const [index, number] of numbers.entries()) {
    const first = numbers.indexOf(number);
    if (first < index) yield { path: `${path}/${index}`, fact: `has the port of entry ${first}` };
  }
}
