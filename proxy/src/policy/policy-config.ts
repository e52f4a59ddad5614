/**
 * What the proxy is told of the site's policy; part of its configuration. The build tool resolves a site
 * to this: files have absolute paths on the router, prefixes are canonical.
 *
 * The first rule that fits decides. A rule fits when the client is in one of its groups (or it names
 * none), one of its schedules is running (or it names none), the method is one of its methods (or it
 * names none), and one of its lists has the URL (or it names none).
 */
export interface PolicyConfig {
  /** What becomes of a request that no rule fits. */
  readonly default: Action;
  /** IANA name; schedules and the block page's time are in it. */
  readonly timeZone: string;
  /** HTML with `{{rule}}` and `{{time}}`; without, a plain page of the proxy's own. */
  readonly blockPageFile?: string;
  /** At most 31. */
  readonly groups: Readonly<Record<string, Group>>;
  /** Weekly, at most 31; each a list like `mon-fri 08:00-13:00`. */
  readonly schedules: Readonly<Record<string, readonly string[]>>;
  /** At most 31. */
  readonly lists: Readonly<Record<string, List>>;
  /** At most 255, in the order in which they are tried. */
  readonly rules: readonly Rule[];
}

export type Action = "allow" | "block";

export interface Group {
  /** Addresses or prefixes, IPv4 and IPv6. */
  readonly clients: readonly string[];
  /** `02:00:00:00:00:01`; they count where the router knows a client's MAC. */
  readonly macs: readonly string[];
}

/** What a list has comes from a file, from its entries, or both. */
export interface List {
  /** One that isn't there is an empty list, and is said so in the log. */
  readonly file?: string;
  /**
   * `hosts`: lines of hosts(5), exact names. `domains`: a domain a line, with all below it. `urls`: a
   * host and the beginning of a path a line, without scheme. `patterns`: an Adblock pattern a line
   * (`*`, `^`, `|`). `adblock`: network rules of Adblock lists. `auto`: each line by its looks.
   */
  readonly format: ListFormat;
  readonly entries: readonly string[];
}

export type ListFormat = "hosts" | "domains" | "urls" | "patterns" | "adblock" | "auto";

export interface Rule {
  readonly name: string;
  readonly action: Action;
  readonly groups: readonly string[];
  readonly schedules: readonly string[];
  readonly lists: readonly string[];
  /** Upper case, as HTTP has them. */
  readonly methods: readonly string[];
}
