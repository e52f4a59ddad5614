import { getHeapStatistics } from "node:v8";

/** V8 ends a process whose heap is full; what is open already may still need some. */
const usableShare = 5 / 8;
/** Bytes that sockets have read and nobody has taken. V8 knows no limit for them. */
const maxExternalBytes = 64 * 1024 * 1024;
/** Looking takes some microseconds, collecting what nobody holds many milliseconds. */
const connectionsBetweenLooks = 64;
const fullMs = 250;

/** Whether there is memory for one more connection; beyond that they are refused, as over any other limit. */
export class MemoryRoom {
  #admitted = 0;
  #fullUntilMs = 0;
  readonly #onFull: () => void;

  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  admits(): boolean {
    if (this.#fullUntilMs > 0) {
      if (performance.now() < this.#fullUntilMs) return false;
      this.#admitted = 0;
    }
    if (this.#admitted++ % connectionsBetweenLooks !== 0) return true;
    if (!isFull()) {
      this.#fullUntilMs = 0;
      return true;
    }
    if (this.#fullUntilMs === 0) this.#onFull();
    this.#fullUntilMs = performance.now() + fullMs;
    return false;
  }
}

function isFull(): boolean {
  if (!looksFull()) return false;
  globalThis.gc?.();
  // V8 counts what the first has freed only once the next begins, however small that is
  globalThis.gc?.({ type: "minor" });
  return looksFull();
}

function looksFull(): boolean {
  const { used_heap_size, heap_size_limit, external_memory } = getHeapStatistics();
  return used_heap_size > usableShare * heap_size_limit || external_memory > maxExternalBytes;
}
