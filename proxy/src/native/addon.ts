import type { Counters } from "../engine.ts";

/** What `proxy/addon/engine/binding/binding.c` exports. A wrong shape is a TypeError; an Error's code is the errno's name. */
export interface EngineAddon {
  /** Begins to accept at once. `notify` is called when there is something to collect; urgently, if it is waited for. */
  readonly start: (
    options: AddonOptions,
    policy: AddonPolicy,
    notify: (urgent: boolean) => void,
  ) => EngineHandle;
  /** Returns the policy's generation; the first one's is 1. */
  readonly setPolicy: (engine: EngineHandle, policy: AddonPolicy) => number;
  /** Which schedules are running, as bits, and how far local time is ahead of UTC. */
  readonly setClock: (engine: EngineHandle, schedules: number, utcOffsetSeconds: number) => void;
  readonly answer: (engine: EngineHandle, worker: number, serial: number, belongs: boolean) => void;
  /** Asks for records of what is open. */
  readonly list: (engine: EngineHandle) => void;
  /** Whole records, one behind the other: how many bytes they are, and how many records were lost. */
  readonly collect: (engine: EngineHandle, into: Uint8Array) => readonly [bytes: number, lost: number];
  readonly count: (engine: EngineHandle) => Counters;
  readonly closeListeners: (engine: EngineHandle) => void;
  /** Resets what is left; its records can still be collected. */
  readonly stop: (engine: EngineHandle) => void;
  readonly close: (engine: EngineHandle) => void;
}

declare const handle: unique symbol;
export interface EngineHandle {
  readonly [handle]: true;
}

export interface AddonOptions {
  /** In the order of `read_scalars`. */
  readonly scalars: Uint32Array;
  /** Bound descriptors; the engine listens on copies of them. */
  readonly listeners: Int32Array;
  /** Port and what it carries, in turn. */
  readonly ports: Uint32Array;
  /** Endpoints that are this router; port 0 is every port. */
  readonly own: Uint8Array;
  /** Where clients are neighbours. */
  readonly device: string;
  /** Two endpoints, or nothing. */
  readonly standIn: Uint8Array;
}

export interface AddonPolicy {
  readonly table: ArrayBuffer;
  /** As `packPages` makes them. */
  readonly pages: Uint8Array;
}

export function isEngineAddon(addon: object): addon is EngineAddon {
  return "start" in addon && "collect" in addon && "setPolicy" in addon;
}
