/**
 * Carries what parsing comes to instead of a message out of the functions that read it. It is no Error:
 * gathering a stack takes longer than parsing.
 */
export class Unread {
  readonly result: "more" | { readonly why: string };
  constructor(result: "more" | { readonly why: string }) {
    this.result = result;
  }
}

/** The bytes can't be what they should be. */
export function refuse(why: string): never {
  throw new Unread({ why });
}

const recordHandshake = 22;
const recordHeaderBytes = 5;
/** RFC 8446, 5.1 */
const recordLimit = 16_384;
/** Of which one is enough for every client that doesn't want to hide. */
const recordsLimit = 256;

/** The bytes of a handshake message, through the records that they are in. */
export class HandshakeReader {
  /** Bytes of the message that are to come. */
  left = 0;
  /** Bytes of the record that are to come. */
  recordLeft = 0;
  readonly #data: Buffer;
  #at = 0;
  #records = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** Opens the first record, and returns the message's type; its length is next. */
  openMessage(): number {
    this.#openRecord("not-tls");
    this.left = 4;
    return this.takeNumber(1);
  }

  /** A big-endian number of up to 3 bytes. */
  takeNumber(bytes: number): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  take(length: number): Buffer {
    const parts: Buffer[] = [];
    this.#pass(length, (part) => parts.push(part));
    return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
  }

  skip(length: number): void {
    this.#pass(length, () => {});
  }

  #pass(length: number, see: (part: Buffer) => void): void {
    if (length > this.left) refuse("hello-length");
    for (let wanted = length; wanted > 0;) {
      if (this.recordLeft === 0) this.#openRecord("record-type");
      const together = Math.min(wanted, this.recordLeft, this.#data.length - this.#at);
      if (together === 0) throw new Unread("more");
      see(this.#data.subarray(this.#at, this.#at + together));
      this.#at += together;
      this.recordLeft -= together;
      this.left -= together;
      wanted -= together;
    }
  }

  /** RFC 8446, 5.1: type, version, length. */
  #openRecord(whyOtherType: string): void {
    const [type, major, , high, low] = this.#data.subarray(this.#at, this.#at + recordHeaderBytes);
    if (type !== undefined && type !== recordHandshake) refuse(whyOtherType);
    if (major !== undefined && major !== 3) refuse(whyOtherType);
    if (high === undefined || low === undefined) throw new Unread("more");
    if (++this.#records > recordsLimit) refuse("too-many-records");
    this.recordLeft = high * 256 + low;
    if (this.recordLeft === 0 || this.recordLeft > recordLimit) refuse("record-length");
    this.#at += recordHeaderBytes;
  }
}
