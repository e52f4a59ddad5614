import type { List, ListFormat, PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import type { Asked } from "./native-policy.ts";

/** Numbers from 0 to below 1 that are the same each time (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const formats: readonly ListFormat[] = ["hosts", "domains", "urls", "patterns", "adblock", "auto"];
const labels = "a b ads x-1 example xn--mnchen-3ya 0".split(" ");
const endings = "test org b".split(" ");
const pathParts = "/ a ads A . .. %61 %2e %7e %2D %2f %c3%bc %25 # ? &x=1 // - ~ _ b/c".split(" ");
const globParts = "a b ads * * ^ ^ . / | - _ : :443 %2f %61 example test = ||".split(" ");
const addresses = "10.1.2.3 10.1.2.255 10.1.3.0 192.0.2.1 2001:db8::1 2001:db8:1:: ::1 ::ffff:10.1.2.3".split(
  " ",
);
const prefixes =
  "10.1.2.0/24 10.0.0.0/8 0.0.0.0/0 10.1.2.3 2001:db8::/32 2001:db8::1 ::/0 192.0.2.0/31".split(" ");
const macs = ["02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff"];
const methods = ["GET", "POST", "CONNECT"];
const oddHosts = ["", ".", "x".repeat(300), `${"x.".repeat(200)}a.test`, "a..b", "::1", ":".repeat(300)];

/** Policies and questions of few letters, so that much fits; what isn't right in them is left out by the parser. */
export class RandomPolicies {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomNumbers(seed);
  }

  policy(): PolicyConfig {
    const record = <Value>(name: string, most: number, value: () => Value): Record<string, Value> =>
      Object.fromEntries(this.#list(most, (index) => [`${name}-${index}`, value()]));
    const groups = record("group", 5, () => ({ clients: this.#some(prefixes), macs: this.#some(macs, 0.2) }));
    const schedules = record("schedule", 3, () => ["daily 00:00-24:00"]);
    const lists = record("list", 6, () => this.list(30));
    const rules = this.#list(8, (index) => ({
      name: `rule ${index}`,
      action: this.#one(["allow", "block"] as const),
      groups: this.#some(Object.keys(groups), 0.2),
      schedules: this.#some(Object.keys(schedules), 0.2),
      lists: this.#some(Object.keys(lists), 0.4),
      methods: this.#some(methods, 0.1),
    }));
    return { default: this.#one(["allow", "block"]), timeZone: "UTC", groups, schedules, lists, rules };
  }

  /** One whose verdicts tell which list has a URL: each has a few entries, and a rule of its own. */
  policyOfLists(): PolicyConfig {
    const lists = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`list-${index}`, this.list(4)]),
    );
    const rules = Object.keys(lists).map((name) => ({
      name,
      action: "block" as const,
      groups: [],
      schedules: [],
      lists: [name],
      methods: [],
    }));
    return { default: "allow", timeZone: "UTC", groups: {}, schedules: {}, lists, rules };
  }

  list(mostEntries: number): List {
    const format = this.#one(formats);
    return { format, entries: this.#list(mostEntries, () => this.entry(format)) };
  }

  entry(format: ListFormat): string {
    switch (this.#next() < 0.2 ? this.#one(formats) : format) {
      case "hosts":
        return `0.0.0.0 ${this.host()} ${this.host()} # ${this.host()}`;
      case "domains":
        return this.#one(["", "", ".", "*."]) + this.host();
      case "urls":
        return `${this.#one(["", "http://"])}${this.host()}${this.#one(["", "", ":8080"])}${this.path()}`;
      default:
        return this.#one([
          () => `${this.#one(["", "@@"])}||${this.host()}^`,
          () => `${this.#one(["", "@@"])}||10.1.2.3^`,
          () => `${this.#one(["", "", "@@"])}${this.glob()}`,
          () => `||${this.host()}${this.glob()}`,
          () =>
            `${this.#one(["|http://", "||a.", "|https://", "||", ""])}${this.glob()}${this.#one(["", "|", "^|"])}`,
        ])();
    }
  }

  /** Half of the questions are made of what lists have. */
  question({ lists }: PolicyConfig): Asked {
    const entries = Object.values(lists).flatMap((list) => list.entries);
    const entry = entries.length > 0 && this.#next() < 0.5 ? this.#one(entries) : "";
    const [, entryHost = "", entryPath = ""] =
      /^[@|]*(?:https?:\/\/|0\.0\.0\.0 )?([^ /^|*?]*)([^ ]*)/.exec(entry) ?? [];
    const odd = this.#next() < 0.1 ? this.#one(oddHosts) : "";
    const host =
      odd ||
      (entryHost !== "" && this.#next() < 0.8 ? this.#one(["", "", "a.", "x-1."]) + entryHost : this.host());
    const path =
      this.#next() < 0.7 ? entryPath.replaceAll(/[*^|]/g, () => this.#one(["", "/", "a", "/?", "_"])) : "";
    const seen = this.#next() < 0.8;
    return {
      client: this.#one(addresses),
      mac: this.#next() < 0.3 ? this.#one(macs) : undefined,
      running: Math.floor(this.#next() * 8),
      method: seen ? this.#one([...methods, "BREW"]) : undefined,
      host: (this.#next() < 0.1 ? host.toUpperCase() : host).replaceAll(/[^!-~]/g, ""),
      port: this.#one([80, 80, 443, 8080]),
      path: seen
        ? `${path.startsWith("/") ? "" : this.path()}${path}${this.#one(["", "", this.path()])}`
        : undefined,
    };
  }

  host(): string {
    if (this.#next() < 0.05)
      return this.#one(["10.1.2.3", "2001:DB8::0:1", "2001:db8::1", "::ffff:10.1.2.3"]);
    return (
      [...this.#list(3, () => this.#one(labels)), this.#one(endings)].join(".") + this.#one(["", "", "", "."])
    );
  }

  path(): string {
    const path = `/${this.#list(8, () => this.#one(pathParts)).join("")}`;
    return this.#next() < 0.02 ? path + "a/".repeat(Math.floor(this.#next() * 1200)) + path : path;
  }

  glob(): string {
    return `a${this.#list(5, () => this.#one(globParts)).join("")}`.slice(this.#next() < 0.7 ? 1 : 0);
  }

  #one<Value>(values: readonly Value[]): Value {
    const value = values[Math.floor(this.#next() * values.length)];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  }

  #some<Value>(values: readonly Value[], share = 0.4): Value[] {
    return values.filter(() => this.#next() < share);
  }

  #list<Value>(most: number, item: (index: number) => Value): Value[] {
    return Array.from({ length: Math.floor(this.#next() * (most + 1)) }, (_, index) => item(index));
  }
}
