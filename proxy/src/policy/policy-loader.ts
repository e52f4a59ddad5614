import type { BlockPages } from "../block-page.ts";
import type { Log } from "../log.ts";
import type { compilePolicy, CompiledList } from "./compile-policy.ts";
import type { Judge } from "./judge.ts";
import { loadPolicy, type LoadedPolicy } from "./load-policy.ts";
import { PolicyClock } from "./policy-clock.ts";
import type { PolicyConfig } from "./policy-config.ts";
import type { Problem } from "./problems.ts";
import type { Surroundings } from "./table-judge.ts";

/** Problems that the log tells; all are told to who asks for a reload. */
const toldProblems = 10;

/** Connections that are being judged, and threads of an engine, have let go of a replaced table by then. */
const forgottenMs = 2000;

/** What came of reading the lists. */
export interface Loading {
  /** Whether that is in force; with problems the policy before stays. */
  readonly isInForce: boolean;
  readonly tookMs: number;
  readonly lists: readonly CompiledList[];
  /** The first of them, and how many there are besides. */
  readonly problems: readonly Problem[];
  readonly moreProblems: number;
}

export interface LoaderOptions {
  readonly macOf?: Surroundings["macOf"];
  readonly compile?: typeof compilePolicy;
  readonly now?: () => number;
}

/** Holds the policy that is in force, and puts another in its place when its lists have changed. */
export class PolicyLoader {
  readonly config: PolicyConfig;
  readonly clock: PolicyClock;
  readonly #log: Log;
  readonly #options: LoaderOptions;
  readonly #listeners = new Set<() => void>();
  #inForce: LoadedPolicy | undefined;
  #inForceSinceMs: number | undefined;
  #last: Loading | undefined;
  #reloads = { taken: 0, refused: 0 };
  #loading: Promise<unknown> = Promise.resolve();

  constructor(config: PolicyConfig, log: Log, options: LoaderOptions = {}) {
    this.config = config;
    this.#log = log;
    this.#options = options;
    this.clock = new PolicyClock(config, options.now ?? Date.now, () => {
      log("schedules", { running: this.clock.runningNames });
      this.#announce();
    });
  }

  /** Undefined until the first one is loaded. */
  get inForce(): LoadedPolicy | undefined {
    return this.#inForce;
  }

  /** Milliseconds since 1970. */
  get inForceSinceMs(): number | undefined {
    return this.#inForceSinceMs;
  }

  /** Another object for another policy; so are the pages, and what `compiled` gives. */
  get judge(): Judge {
    return this.compiled().judge;
  }

  get pages(): BlockPages {
    return this.compiled().pages;
  }

  compiled(): LoadedPolicy {
    if (this.#inForce === undefined) throw new Error("no policy has been loaded");
    return this.#inForce;
  }

  /** Bits of the schedules that run. */
  schedules(): number {
    return this.clock.running;
  }

  utcOffsetSeconds(): number {
    return this.clock.utcOffsetSeconds;
  }

  get last(): Loading | undefined {
    return this.#last;
  }

  get reloads(): Readonly<{ taken: number; refused: number }> {
    return this.#reloads;
  }

  /** Tells when the policy, the schedules that run or the clock have changed; returns what ends that. */
  onChange(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => void this.#listeners.delete(changed);
  }

  /**
   * Loads the first policy. It is taken as it is: of a list with a bad line the others count, since there is no
   * better one to stay with.
   */
  async start(): Promise<Loading> {
    this.clock.start();
    return this.#oneByOne(() => this.#load(true));
  }

  /** Reads all lists again. Connections go on, and are judged by the new policy from the next request on. */
  async reload(): Promise<Loading> {
    let result: keyof typeof this.reloads = "refused";
    try {
      const loading = await this.#oneByOne(() => this.#load(false));
      if (loading.isInForce) result = "taken";
      return loading;
    } finally {
      this.#reloads = { ...this.#reloads, [result]: this.#reloads[result] + 1 };
    }
  }

  stop(): void {
    this.clock.stop();
  }

  /** A list may have been changed since a reading began. */
  async #oneByOne<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#loading.then(work);
    this.#loading = done.catch(() => {});
    return done;
  }

  async #load(isFirst: boolean): Promise<Loading> {
    const { macOf, compile } = this.#options;
    const startedAt = process.uptime(); // performance would have to be loaded first
    const running = (): number => this.clock.running;
    collectGarbage();
    const policy = await loadPolicy(this.config, { running, ...(macOf && { macOf }) }, compile);
    const { lists, problems, moreProblems } = policy;
    const isInForce = isFirst || problems.length === 0;
    if (isInForce) {
      this.clock.look();
      this.#inForce = policy;
      this.#inForceSinceMs = (this.#options.now ?? Date.now)();
      this.#announce();
    }
    if (!isFirst) setTimeout(collectGarbage, forgottenMs).unref();
    const tookMs = Math.round((process.uptime() - startedAt) * 1000);
    this.#last = { isInForce, tookMs, lists, problems, moreProblems };
    this.#tell(this.#last);
    return this.#last;
  }

  #announce(): void {
    for (const changed of this.#listeners) changed();
  }

  #tell({ isInForce, tookMs, lists, problems, moreProblems }: Loading): void {
    const entries = lists.reduce((sum, { names, texts }) => sum + names + texts, 0);
    const missing = lists.filter(({ isMissing }) => isMissing).map(({ name }) => name);
    for (const { where, line, fact } of problems.slice(0, toldProblems))
      this.#log("policy-problem", { where, line, fact });
    this.#log(isInForce ? "policy" : "policy-refused", {
      rules: this.config.rules.length,
      lists: lists.length,
      entries,
      tookMs,
      ...(problems.length > 0 ? { problems: problems.length + moreProblems } : {}),
      ...(missing.length > 0 ? { missing } : {}),
    });
  }
}

/**
 * To the garbage collector a table is a small object that isn't worth the work: three that nobody uses any more
 * would stay, each of 16 MiB for a million domains. Does nothing where Node doesn't expose the collector.
 */
function collectGarbage(): void {
  globalThis.gc?.();
}

/** `file:line: fact` */
export function formatProblem({ where, line, fact }: Problem): string {
  return `${where}:${line === undefined ? "" : `${line}:`} ${fact}`;
}
