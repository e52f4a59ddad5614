import { isIP } from "node:net";

/** One fault: where, as a JSON pointer, and what is so. */
export interface ConfigFault {
  readonly path: string;
  readonly fact: string;
}

/** Says all that is wrong with a value; undefined is one that is missing. */
export type Check = (value: unknown, path: string) => Iterable<ConfigFault>;

/** A check for each member of a type. */
export type Of<Type> = Record<keyof Type, Check>;

export function object(members: Readonly<Record<string, Check>>): Check {
  return function* findFaults(value, path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      yield* must(false, value, path, "must be an object");
      return;
    }
    const given = new Map<string, unknown>(Object.entries(value));
    for (const [key, check] of Object.entries(members)) yield* check(given.get(key), `${path}/${key}`);
    for (const [key, each] of given)
      yield* must(Object.hasOwn(members, key), each, `${path}/${key}`, "is not known");
  };
}

/** An object whose keys are names that somebody chose; `isName` allows none that JSON pointers would have to escape. */
export function record(isName: (key: string) => boolean, most: number, item: Check): Check {
  return function* findFaults(value, path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      yield* must(false, value, path, "must be an object");
      return;
    }
    const entries = Object.entries(value);
    yield* must(entries.length <= most, value, path, `must have at most ${most} members`);
    for (const [key, each] of entries) {
      const fact = "must be named by letters, digits, dots, hyphens and underscores, at most 64";
      yield* must(isName(key), each, `${path}/${key}`, fact);
      yield* item(each, `${path}/${key}`);
    }
  };
}

export function list(item: Check, least: 0 | 1, most = Infinity): Check {
  return function* findFaults(value, path) {
    if (!Array.isArray(value)) {
      yield* must(false, value, path, "must be a list");
      return;
    }
    yield* must(value.length >= least, value, path, "must not be empty");
    yield* must(value.length <= most, value, path, `must have at most ${most} entries`);
    for (const [index, each] of value.entries()) yield* item(each, `${path}/${index}`);
  };
}

/** A second check looks at a whole that has no fault in its parts. */
export function allOf(parts: Check, whole: Check): Check {
  return function* findFaults(value, path) {
    const faults = [...parts(value, path)];
    yield* faults.length === 0 ? whole(value, path) : faults;
  };
}

export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? [] : check(value, path));
}

export function integer(least: number, most: number): Check {
  return (value, path) => {
    const holds = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    return must(holds, value, path, `must be a whole number from ${least} to ${most}`);
  };
}

export function oneOf(...words: readonly string[]): Check {
  return (value, path) =>
    must(
      words.some((word) => word === value),
      value,
      path,
      `must be one of: ${words.join(", ")}`,
    );
}

export function matching(holds: (text: string) => boolean, fact: string): Check {
  return (value, path) => must(typeof value === "string" && holds(value), value, path, fact);
}

export function address(value: unknown, path: string): Iterable<ConfigFault> {
  const holds = typeof value === "string" && isIP(value) !== 0 && !value.includes("%");
  return must(holds, value, path, "must be an IP address without a zone (example: 10.1.2.2 or 2001:db8::2)");
}

export function absolutePath(value: unknown, path: string): Iterable<ConfigFault> {
  const holds = typeof value === "string" && /^\/.*[^/]$/.test(value);
  return must(holds, value, path, "must be an absolute path of a file");
}

function* must(holds: boolean, value: unknown, path: string, fact: string): Generator<ConfigFault> {
  if (!holds) yield { path, fact: value === undefined ? "is missing" : fact };
}
