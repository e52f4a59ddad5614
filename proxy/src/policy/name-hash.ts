/**
 * A fingerprint of 64 bits of a name, in two lanes with seeds of their own. A host is added from its end, so that
 * the fingerprints of all domains that it is in come along on one way through it. Not for secrets: the seeds only
 * keep lists and clients from choosing what collides. The twin in C is in policy/name-hash.h.
 */
export class NameHash {
  readonly #seedA: number;
  readonly #seedB: number;
  #a = 0;
  #b = 0;
  /** Of what was added: one more than there are dots. */
  labels = 1;

  constructor(seedA: number, seedB: number) {
    this.#seedA = seedA;
    this.#seedB = seedB;
  }

  start(): void {
    this.#a = this.#seedA | 0;
    this.#b = this.#seedB | 0;
    this.labels = 1;
  }

  /** One byte; letters must be lower case. */
  add(byte: number): void {
    const a = Math.imul(this.#a ^ byte, 0x9e37_79b1);
    this.#a = a ^ (a >>> 15);
    const b = Math.imul(this.#b + byte, 0x85eb_ca77);
    this.#b = b ^ (b >>> 13);
    if (byte === 0x2e) this.labels++;
  }

  /** The first lane for what was added so far, as a fingerprint of that kind. */
  a(kind: number): number {
    return finish(this.#a ^ Math.imul(kind, 0xc2b2_ae3d));
  }

  b(kind: number): number {
    return finish(this.#b + Math.imul(kind, 0x27d4_eb2f));
  }
}

/** The finalizer of MurmurHash3 (public domain): each bit of the input changes half of the bits. */
function finish(state: number): number {
  let bits = state ^ (state >>> 16);
  bits = Math.imul(bits, 0x85eb_ca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
