import { ChunkScanner } from "../http/chunks.ts";
import { isWorthParsing, type Refusal } from "../http/head-reader.ts";

/** How far a message goes, as its head says (RFC 9112, 6.3). */
export interface Framed {
  readonly headLength: number;
  readonly body: "none" | "length" | "chunked" | "until-close";
  readonly contentLength: number;
}

/** The next part of a message that has come: its head, or more of its body. */
export type Part<Head> =
  | { readonly kind: "head"; readonly head: Head; readonly bytes: Buffer; readonly isLast: boolean }
  | { readonly kind: "body"; readonly bytes: Buffer; readonly isLast: boolean }
  | { readonly kind: "refused"; readonly refusal: Refusal };

type Parse<Head> = (bytes: Buffer, limit: number) => Head | Refusal | "more";

/** Cuts what comes from one side of a connection into messages, without changing or copying a byte. */
export class MessageReader<Head extends Framed> {
  #held: Buffer = Buffer.alloc(0);
  /** How much of it was parsed in vain. */
  #parsed = 0;
  #left = 0;
  #chunks: ChunkScanner | undefined;
  readonly #limit: number;

  /** @param limit Of a head, in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
  }

  /** Whether a message has begun that isn't whole. */
  get isInside(): boolean {
    return this.#held.length > 0 || this.isInBody;
  }

  get isInBody(): boolean {
    return this.#left > 0 || this.#chunks !== undefined;
  }

  /** Takes what was pushed and not read. */
  takeRest(): Buffer {
    return this.#cut(this.#held.length);
  }

  /** The next part; undefined until more is pushed. `parse` is asked where a head has to be. */
  read(parse: Parse<Head>): Part<Head> | undefined {
    if (this.#held.length === 0) return undefined;
    return this.isInBody ? this.#readBody() : this.#readHead(parse);
  }

  #readHead(parse: Parse<Head>): Part<Head> | undefined {
    if (!isWorthParsing(this.#held, this.#parsed, this.#limit)) return undefined;
    const head = parse(this.#held, this.#limit);
    this.#parsed = this.#held.length;
    if (head === "more") return undefined;
    if ("why" in head) return { kind: "refused", refusal: head };
    this.#left = head.body === "until-close" ? Number.POSITIVE_INFINITY : head.contentLength;
    this.#chunks = head.body === "chunked" ? new ChunkScanner() : undefined;
    return { kind: "head", head, bytes: this.#cut(head.headLength), isLast: !this.isInBody };
  }

  #readBody(): Part<Head> {
    if (this.#chunks === undefined) {
      const bytes = this.#cut(Math.min(this.#left, this.#held.length));
      this.#left -= bytes.length;
      return { kind: "body", bytes, isLast: this.#left === 0 };
    }
    const length = this.#chunks.pass(this.#held);
    if (length === "broken") return { kind: "refused", refusal: { status: 400, why: "chunked-body" } };
    const isLast = this.#chunks.isWhole;
    if (isLast) this.#chunks = undefined;
    return { kind: "body", bytes: this.#cut(length), isLast };
  }

  #cut(length: number): Buffer {
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    this.#parsed = 0;
    return bytes;
  }
}
