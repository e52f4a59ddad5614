import { isIP } from "node:net";
import { canonicalAddress, isUnspecified } from "./addresses.ts";
import {
  absolutePath,
  address,
  allOf,
  integer,
  list,
  matching,
  object,
  oneOf,
  optional,
  type ConfigFault,
  type Of,
} from "./config-checks.ts";
import { checkPolicyConfig } from "./policy/check-policy.ts";
import type { Action, PolicyConfig } from "./policy/policy-config.ts";

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
  /** How long a request's head, or a ClientHello, may take from its first byte on, or from the connection. */
  readonly headTimeoutMs: number;
  /** How long connections may go on after SIGTERM. */
  readonly drainMs: number;
  readonly maxConnections: number;
  /** Of one address. */
  readonly maxConnectionsPerClient: number;
  /** DNS servers; without any, /etc/resolv.conf says them. */
  readonly resolvers: readonly string[];
  /** What becomes of requests whose host, or TLS connections whose name, doesn't have the address they go to. */
  readonly hostCheck: "off" | "log" | "block";
  readonly http: HttpOptions;
  readonly tls: TlsOptions;
  readonly log: LogConfig;
  readonly policy: PolicyConfig;
  /** Where /metrics and /health are served. */
  readonly metrics?: { readonly addresses: readonly string[]; readonly port: number };
  /** A Unix socket by which the router's own programs ask; its folder must be there, and the proxy's. */
  readonly control?: string;
  /** The device on which clients are neighbours: there their MACs are known. */
  readonly lanDevice: string;
}

/** Of captured ports that carry `http`. */
export interface HttpOptions {
  /** WebSocket, and other protocols that a connection may go over to, but h2c. */
  readonly upgrade: Action;
  /** HTTP/2 without TLS: by Upgrade, or from the beginning. */
  readonly h2c: Action;
  /** What isn't HTTP at all. */
  readonly notHttp: Action;
  /** A longer head is refused. */
  readonly headBytes: number;
}

/** Of captured ports that carry `tls`. */
export interface TlsOptions {
  /** No server's name is said: it would be judged by address. */
  readonly withoutName: Action;
  /** A name may be hidden behind the one that is said: judge by that, or block. */
  readonly ech: "judge" | "block";
  /** What isn't TLS at all. */
  readonly notTls: Action;
}

/** Of what happens to the proxy itself; and, if it is wanted, of what clients ask for. */
export interface LogConfig {
  readonly file: string;
  /** The file becomes `<file>.1` then, so a log takes up to twice that. */
  readonly maxBytes: number;
  readonly access?: AccessLogConfig;
}

export interface AccessLogConfig {
  readonly file: string;
  readonly maxBytes: number;
  /** JSON lines, or squid's native format. */
  readonly format: "json" | "squid";
  /** A host that gets the lines, too: UDP, port 514 (RFC 5424, RFC 5426). */
  readonly syslog?: string;
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
const logBytes = integer(4096, 1024 ** 3);
const action = oneOf("allow", "block");

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
  headTimeoutMs: integer(1, dayMs),
  drainMs: integer(0, dayMs),
  maxConnections: integer(1, 1_000_000),
  maxConnectionsPerClient: integer(1, 1_000_000),
  resolvers: list(address, 0),
  hostCheck: oneOf("off", "log", "block"),
  http: object({
    upgrade: action,
    h2c: action,
    notHttp: action,
    headBytes: integer(4096, 256 * 1024),
  } satisfies Of<HttpOptions>),
  tls: object({ withoutName: action, ech: oneOf("judge", "block"), notTls: action } satisfies Of<TlsOptions>),
  log: object({
    file: absolutePath,
    maxBytes: logBytes,
    access: optional(
      object({
        file: absolutePath,
        maxBytes: logBytes,
        format: oneOf("json", "squid"),
        syslog: optional(address),
      } satisfies Of<AccessLogConfig>),
    ),
  } satisfies Of<LogConfig>),
  policy: checkPolicyConfig,
  metrics: optional(
    object({ addresses: list(address, 1), port } satisfies Of<NonNullable<ProxyConfig["metrics"]>>),
  ),
  control: optional(absolutePath),
  lanDevice: matching((name) => /^[^\s/]{1,15}$/.test(name), "must be the name of a network device"),
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
