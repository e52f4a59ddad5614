import { canonicalAddress } from "../addresses.ts";
import type { Endpoint } from "../transport.ts";

/** Of the host check; an answer names it. */
export interface Question {
  readonly worker: number;
  /** 0: no answer is wanted. */
  readonly serial: number;
}

/** A record as `struct record` of `proxy/addon/engine/engine.h` has it. */
export interface NativeRecord {
  readonly kind: RecordKind;
  readonly verdict: "allowed" | "blocked" | "refused";
  readonly ended: string;
  readonly by: "client" | "origin" | "proxy" | undefined;
  /** Index of the rule that decided; -1 is the default. */
  readonly rule: number;
  /** 0: none. */
  readonly status: number;
  readonly carries: "http" | "tls" | "raw";
  readonly startedMs: number;
  readonly durationMs: number;
  /** What has ended at the same time is in order already. */
  readonly endedMs: number;
  readonly bytesFromClient: number;
  readonly bytesToClient: number;
  readonly question: Question;
  readonly client: Endpoint;
  readonly destination: Endpoint;
  /** errno; 0: none. */
  readonly error: number;
  /** Of the policy that `rule` is of; 0: none was asked. */
  readonly generation: number;
  readonly method: string;
  /** With its port, unless that is HTTP's own. */
  readonly host: string;
  readonly target: string;
  /** Why it was refused, or "". */
  readonly why: string;
}

export type RecordKind = (typeof kinds)[number];

const kinds = [
  "",
  "request",
  "connection",
  "loop",
  "over-limit",
  "shed",
  "question",
  "open",
  "listed",
] as const;
const verdicts = ["allowed", "blocked", "refused"] as const;
const endings = [
  "closed",
  "reset",
  "refused",
  "unreachable",
  "connect-timeout",
  "idle",
  "half-close-timeout",
  "failed",
  "stopped",
  "blocked",
] as const;
const sides = [undefined, "client", "origin", "proxy"] as const;
const carried = ["http", "tls", "raw"] as const;

/** `sizeof(struct record)`; each record takes a multiple of 8 bytes. */
const headBytes = 120;

/**
 * Reads the records that `collect` has written to the beginning of a buffer. There may be tens of thousands a
 * second: words are read as such, and addresses that were seen lately aren't written out again.
 */
export class RecordReader {
  readonly #bytes: Buffer;
  readonly #words: Uint32Array;
  readonly #signed: Int32Array;
  readonly #halves: Uint16Array;
  readonly #doubles: Float64Array;
  readonly #v4 = new Map<number, string>();

  constructor(buffer: ArrayBuffer) {
    this.#bytes = Buffer.from(buffer);
    this.#words = new Uint32Array(buffer);
    this.#signed = new Int32Array(buffer);
    this.#halves = new Uint16Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  *read(bytes: number): Generator<NativeRecord> {
    for (let at = 0; at < bytes; at += this.#words[at / 4] ?? bytes) yield this.#record(at);
  }

  #record(at: number): NativeRecord {
    const bytes = this.#bytes;
    const halves = this.#halves;
    const [half, double] = [at / 2, at / 8];
    const methodAt = at + headBytes;
    const hostAt = methodAt + (halves[half + 50] ?? 0);
    const targetAt = hostAt + (halves[half + 51] ?? 0);
    const whyAt = targetAt + (halves[half + 52] ?? 0);
    const end = whyAt + (halves[half + 53] ?? 0);
    return {
      kind: kinds[bytes[at + 4] ?? 0] ?? "",
      verdict: verdicts[bytes[at + 5] ?? 0] ?? "refused",
      ended: endings[bytes[at + 6] ?? 0] ?? "failed",
      by: sides[bytes[at + 7] ?? 0],
      rule: this.#signed[at / 4 + 2] ?? -1,
      status: halves[half + 6] ?? 0,
      carries: carried[bytes[at + 14] ?? 0] ?? "raw",
      startedMs: this.#doubles[double + 2] ?? 0,
      durationMs: this.#doubles[double + 3] ?? 0,
      endedMs: this.#doubles[double + 14] ?? 0,
      bytesFromClient: this.#size(at / 4 + 8),
      bytesToClient: this.#size(at / 4 + 10),
      question: { worker: this.#words[at / 4 + 13] ?? 0, serial: this.#words[at / 4 + 12] ?? 0 },
      client: this.#endpoint(at + 56),
      destination: this.#endpoint(at + 74),
      error: this.#signed[at / 4 + 23] ?? 0,
      generation: this.#words[at / 4 + 24] ?? 0,
      method: bytes.toString("latin1", methodAt, hostAt),
      host: bytes.toString("latin1", hostAt, targetAt),
      target: bytes.toString("latin1", targetAt, whyAt),
      why: whyAt === end ? "" : bytes.toString("latin1", whyAt, end),
    };
  }

  /** Exact up to 2^53. */
  #size(word: number): number {
    return (this.#words[word + 1] ?? 0) * 0x1_0000_0000 + (this.#words[word] ?? 0);
  }

  #endpoint(at: number): Endpoint {
    return { address: this.#address(at), port: this.#halves[at / 2 + 8] ?? 0 };
  }

  #address(at: number): string {
    const halves = this.#halves;
    const half = at / 2;
    const isMapped = halves[half + 5] === 0xffff && (halves[half] ?? 0) + (halves[half + 4] ?? 0) === 0;
    if (!isMapped) return this.#address6(at);
    const key = (halves[half + 6] ?? 0) * 0x1_0000 + (halves[half + 7] ?? 0);
    const known = this.#v4.get(key);
    if (known !== undefined) return known;
    const text = [12, 13, 14, 15].map((offset) => this.#bytes[at + offset]).join(".");
    if (this.#v4.size >= 4096) this.#v4.clear();
    this.#v4.set(key, text);
    return text;
  }

  #address6(at: number): string {
    const groups = Array.from({ length: 8 }, (_, index) =>
      this.#bytes.readUInt16BE(at + 2 * index).toString(16),
    );
    return canonicalAddress(groups.join(":"));
  }
}
