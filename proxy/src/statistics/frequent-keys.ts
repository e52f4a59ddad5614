/** What is counted of a key. */
export interface Weights {
  readonly requests: number;
  readonly blocked: number;
  readonly bytes: number;
}

export interface Counted extends Weights {
  readonly key: string;
  /** So many requests, from before it was counted, may be missing. */
  readonly missing: number;
}

/**
 * The keys that come most often, in the memory of `capacity` of them. When there are more, the rarer half goes
 * (Misra and Gries' algorithm, in large steps: Anderson et al., "A High-Performance Algorithm for Identifying
 * Frequent Items in Data Streams", 2017). Whatever makes more than 2/capacity of all is among them.
 */
export class FrequentKeys {
  readonly #capacity: number;
  readonly #keys = new Map<string, { requests: number; blocked: number; bytes: number; missing: number }>();
  /** A key that comes now may have come as often before, without being kept. */
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(key: string, requests: number, blocked: number, bytes: number): void {
    let counted = this.#keys.get(key);
    if (counted === undefined) {
      if (this.#keys.size >= this.#capacity) this.#dropRarerHalf();
      counted = { requests: 0, blocked: 0, bytes: 0, missing: this.#dropped };
      // A copy: a part of a string keeps all of it in memory.
      this.#keys.set(Buffer.from(key).toString(), counted);
    }
    counted.requests += requests;
    counted.blocked += blocked;
    counted.bytes += bytes;
  }

  all(): Counted[] {
    return Array.from(this.#keys, ([key, counted]) => ({ key, ...counted }));
  }

  #dropRarerHalf(): void {
    const most = Float64Array.from(this.#keys.values(), ({ requests, missing }) => requests + missing).sort();
    const median = most[most.length >> 1] ?? 0;
    for (const [key, { requests, missing }] of this.#keys)
      if (requests + missing <= median) this.#keys.delete(key);
    this.#dropped = median;
  }
}
