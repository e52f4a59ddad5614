import { utcOffsetMinutes } from "../local-time.ts";
import type { PolicyConfig } from "./policy-config.ts";
import { weeklySchedules } from "./schedules.ts";

/** The clock is looked at so often: it may be set at any time, on a router that starts without one. */
const lookMs = 5000;

/** What of a policy depends on the time: which schedules run, and how far local time is ahead of UTC. */
export class PolicyClock {
  readonly #config: PolicyConfig;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #schedulesAt: (nowMs: number) => number;
  #running = 0;
  #utcOffsetSeconds = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange Called when either has changed. */
  constructor(config: PolicyConfig, now: () => number, onChange: () => void) {
    this.#config = config;
    this.#now = now;
    this.#onChange = onChange;
    // To read a time zone takes a slow router a moment.
    const hasSchedules = Object.keys(config.schedules).length > 0;
    this.#schedulesAt = hasSchedules ? weeklySchedules(config.schedules, config.timeZone) : () => 0;
    this.look();
  }

  /** Bits, in the order of the configuration's schedules. */
  get running(): number {
    return this.#running;
  }

  get runningNames(): readonly string[] {
    return Object.keys(this.#config.schedules).filter((_, index) => (this.#running & (1 << index)) !== 0);
  }

  get utcOffsetSeconds(): number {
    return this.#utcOffsetSeconds;
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.look()) this.#onChange();
    }, lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Says whether something has changed since it was looked at last. */
  look(): boolean {
    const now = this.#now();
    const before = [this.#running, this.#utcOffsetSeconds];
    this.#running = this.#schedulesAt(now);
    const { timeZone } = this.#config;
    this.#utcOffsetSeconds = timeZone === "UTC" ? 0 : utcOffsetMinutes(now, timeZone) * 60;
    return before[0] !== this.#running || before[1] !== this.#utcOffsetSeconds;
  }
}
