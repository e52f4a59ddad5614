import { getSystemErrorName } from "node:util";
import type { Counters, OpenConnection } from "../engine.ts";
import { canonicalHost } from "../addresses.ts";
import { askAboutHost } from "../host-check.ts";
import type { Service } from "../service.ts";
import type { AddonPolicy, EngineAddon, EngineHandle } from "./addon.ts";
import { toAccessRecord, toOpenConnection, toRefusal } from "./describe-record.ts";
import { packOptions, type EngineSurroundings } from "./engine-options.ts";
import { packPages } from "./pack.ts";
import { RecordReader, type NativeRecord } from "./records.ts";

/** What the engine works with. */
export type NativeService = Pick<Service, "config" | "policy" | "hostCheck" | "log" | "access">;

/** Records are collected so long after the first, or once the engine says that there are many. */
const collectMs = 20;
const collectBytes = 2 * 1024 * 1024;
const drainStepMs = 20;
const keptGenerations = 16;

/** A list of what is open, while threads say what they have. */
interface Listing {
  readonly found: OpenConnection[];
  /** Threads that haven't said all yet. */
  missing: number;
  readonly whole: Promise<readonly OpenConnection[]>;
  readonly finish: (found: readonly OpenConnection[]) => void;
}

/** Threads of C that take captured connections from accept to end; here is heard of what has ended. */
export class NativeEngine {
  readonly #addon: EngineAddon;
  readonly #service: NativeService;
  readonly #engine: EngineHandle;
  readonly #threads: number;
  readonly #records = new ArrayBuffer(collectBytes);
  readonly #reader = new RecordReader(this.#records);
  readonly #unfollow: () => void;
  #policy: ReturnType<Service["policy"]["compiled"]>;
  /** Rules by generation of the policy: what was judged by a former one may end now. */
  readonly #ruleNames = new Map<number, readonly string[]>();
  #timer: NodeJS.Timeout | undefined;
  #listing: Listing | undefined;
  /** Once it was stopped. */
  #last: Counters | undefined;

  /** Accepts at once. Throws an Error with the errno's name as its code. */
  constructor(addon: EngineAddon, service: NativeService, around: EngineSurroundings) {
    this.#addon = addon;
    this.#service = service;
    this.#threads = around.threads;
    this.#policy = service.policy.compiled();
    this.#ruleNames.set(1, this.#policy.ruleNames);
    this.#engine = addon.start(packOptions(service.config, around), forAddon(service.policy), (urgent) =>
      urgent ? this.#collect() : this.#collectSoon(),
    );
    this.#setClock();
    this.#unfollow = service.policy.onChange(() => this.#follow());
  }

  count(): Counters {
    return this.#last ?? this.#addon.count(this.#engine);
  }

  /** Who asks while they are being listed gets the same list. */
  async list(): Promise<readonly OpenConnection[]> {
    if (this.#last !== undefined) return [];
    this.#listing ??= this.#startListing();
    return this.#listing.whole;
  }

  #startListing(): Listing {
    let finish: Listing["finish"] = () => {};
    const whole = new Promise<readonly OpenConnection[]>((resolve) => (finish = resolve));
    this.#addon.list(this.#engine);
    return { found: [], missing: this.#threads, whole, finish };
  }

  async stop(drainMs: number): Promise<void> {
    if (this.#last !== undefined) return;
    this.#addon.closeListeners(this.#engine);
    const deadlineMs = performance.now() + drainMs;
    while (this.count().open > 0 && performance.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, drainStepMs));
    this.#unfollow();
    this.#addon.stop(this.#engine);
    this.#collect();
    this.#endListing();
    this.#last = this.count();
    this.#addon.close(this.#engine);
  }

  #setClock(): void {
    const { policy } = this.#service;
    this.#addon.setClock(this.#engine, policy.schedules(), policy.utcOffsetSeconds());
  }

  #follow(): void {
    const policy = this.#service.policy.compiled();
    if (policy !== this.#policy) {
      const generation = this.#addon.setPolicy(this.#engine, forAddon(this.#service.policy));
      this.#ruleNames.set(generation, policy.ruleNames);
      this.#ruleNames.delete(generation - keptGenerations);
      this.#policy = policy;
    }
    this.#setClock();
  }

  #collectSoon(): void {
    if (this.#last === undefined) this.#timer ??= setTimeout(() => this.#collect(), collectMs);
  }

  #collect(): void {
    if (this.#last !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const into = new Uint8Array(this.#records);
    for (let bytes = 1; bytes > 0;) {
      let lost;
      [bytes, lost] = this.#addon.collect(this.#engine, into);
      for (const record of inOrder([...this.#reader.read(bytes)])) this.#take(record);
      if (lost > 0) this.#service.log("access-lost", { records: lost });
    }
  }

  #take(record: NativeRecord): void {
    const { access, log } = this.#service;
    switch (record.kind) {
      case "request":
      case "connection":
        access(toAccessRecord(record, this.#ruleNames.get(record.generation) ?? []));
        break;
      case "loop":
      case "over-limit":
        access(toRefusal(record, record.kind));
        break;
      case "shed":
        log("error", { message: `accept: ${getSystemErrorName(-record.error)}` });
        break;
      case "question":
        void this.#check(record);
        break;
      case "open":
        this.#listing?.found.push(toOpenConnection(record));
        break;
      case "listed":
        if (this.#listing !== undefined && --this.#listing.missing === 0) this.#endListing();
    }
  }

  #endListing(): void {
    this.#listing?.finish(this.#listing.found);
    this.#listing = undefined;
  }

  async #check({ question, client, destination, host }: NativeRecord): Promise<void> {
    const found = await askAboutHost(this.#service, { client, destination, host: canonicalHost(host) });
    if (question.serial !== 0 && this.#last === undefined)
      this.#addon.answer(this.#engine, question.worker, question.serial, found !== "foreign");
  }
}

function forAddon(policy: Service["policy"]): AddonPolicy {
  const { table, ruleNames } = policy.compiled();
  return { table, pages: packPages([undefined, ...ruleNames].map((rule) => policy.pages.parts(rule))) };
}

/** Each thread's records are in the order in which things have ended; all of them shall be. */
function inOrder(records: NativeRecord[]): NativeRecord[] {
  return records.sort((one, other) => one.endedMs - other.endedMs);
}
