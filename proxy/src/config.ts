import { isIP } from "node:net";

/** What the proxy is told, as one JSON file; the build tool renders it from the site. */
export interface ProxyConfig {
  /** Where TPROXY delivers. */
  readonly listen: { readonly address: string; readonly port: number };
  /**
   * SO_MARK of outgoing sockets. Must not be the mark that delivers captured packets locally, or
   * the proxy's own packets come back to it.
   */
  readonly mark: number;
  /** The router's own addresses: nothing is relayed to them. */
  readonly self: readonly string[];
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly halfCloseTimeoutMs: number;
  /** How long connections may go on after SIGTERM. */
  readonly drainMs: number;
  readonly maxConnections: number;
  /** The file becomes `<file>.1` at `maxBytes`, so the log takes up to twice that. */
  readonly log: { readonly file: string; readonly maxBytes: number };
}

/** One fault: where, as a JSON pointer, and what is so. */
export interface ConfigFault {
  readonly path: string;
  readonly fact: string;
}

/** Says what is wrong with a value, or undefined. */
type Check = (value: unknown) => string | undefined;
interface Shape {
  readonly [key: string]: Check | Shape;
}

const dayMs = 24 * 60 * 60 * 1000;

const shape = {
  listen: { address: address, port: integer(1, 65_535) },
  mark: integer(1, 0xffff_ffff),
  self: addresses,
  connectTimeoutMs: integer(1, dayMs),
  idleTimeoutMs: integer(1, dayMs),
  halfCloseTimeoutMs: integer(1, dayMs),
  drainMs: integer(0, dayMs),
  maxConnections: integer(1, 1_000_000),
  log: { file: absolutePath, maxBytes: integer(4096, 1024 ** 3) },
} satisfies Record<keyof ProxyConfig, Check | Shape>;

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
  faults.push(...findFaults(value, shape, ""));
  return faults.length === 0;
}

function* findFaults(value: unknown, expected: Shape, path: string): Generator<ConfigFault> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield { path, fact: "must be an object" };
    return;
  }
  const given = new Map(Object.entries(value));
  for (const [key, check] of Object.entries(expected)) {
    const here = `${path}/${key}`;
    if (!given.has(key)) yield { path: here, fact: "is missing" };
    else if (typeof check === "object") yield* findFaults(given.get(key), check, here);
    else {
      const fact = check(given.get(key));
      if (fact !== undefined) yield { path: here, fact };
    }
  }
  for (const key of given.keys()) {
    if (!Object.hasOwn(expected, key)) yield { path: `${path}/${key}`, fact: "is not known" };
  }
}

function integer(least: number, most: number): Check {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`;
}

function address(value: unknown): string | undefined {
  if (typeof value !== "string" || isIP(value) === 0) return "must be an IP address (example: 10.1.2.2)";
  if (isIP(value) === 4) return undefined;
  // Compared as text with what the kernel prints, so there may be only one way to write it.
  const canonical = new URL(`http://[${value}]`).hostname.slice(1, -1);
  return canonical === value ? undefined : `must be in its shortest form (${canonical})`;
}

function addresses(value: unknown): string | undefined {
  if (!Array.isArray(value)) return "must be a list of IP addresses";
  const wrong = value.findIndex((item) => address(item) !== undefined);
  return wrong === -1 ? undefined : `entry ${wrong} ${address(value[wrong])}`;
}

function absolutePath(value: unknown): string | undefined {
  return typeof value === "string" && /^\/.*[^/]$/.test(value)
    ? undefined
    : "must be an absolute path of a file";
}
