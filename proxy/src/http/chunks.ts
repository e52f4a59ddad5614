/** Of a line with a chunk's size, and of all trailers, in bytes. */
const lineLimit = 256;
const trailersLimit = 16_384;

/** Where in a body the next byte is (RFC 9112, 7.1). */
const place = {
  sizeStart: 0,
  size: 1,
  /** Not in the RFC, but servers pad the size, and nobody takes it for anything else. */
  blankAfterSize: 2,
  extension: 3,
  lineFeedOfSize: 4,
  data: 5,
  returnAfterData: 6,
  lineFeedAfterData: 7,
  trailerStart: 8,
  trailerName: 9,
  trailerValue: 10,
  lineFeedOfTrailer: 11,
  lastLineFeed: 12,
  whole: 13,
  broken: 14,
} as const;
type Place = (typeof place)[keyof typeof place];

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/**
 * Finds the end of a chunked body, with its trailers, in the bytes as they pass; nothing is changed or kept.
 * CRLF is strict, in requests and in answers. The twin of http_pass_chunks() in proxy/addon/engine.
 */
export class ChunkScanner {
  #place: Place = place.sizeStart;
  /** Bytes of the line, or of trailers, so far. */
  #seen = 0;
  /** Of the chunk's size while it is read, then bytes of the chunk that are to come. */
  #left = 0;

  /** The last byte has passed. */
  get isWhole(): boolean {
    return this.#place === place.whole;
  }

  /** How many of the bytes belong to the body; "broken" if it isn't one, then and ever after. */
  pass(data: Uint8Array): number | "broken" {
    let at = 0;
    while (at < data.length && this.#place !== place.whole && this.#place !== place.broken) {
      if (this.#place === place.data) {
        const passed = Math.min(this.#left, data.length - at);
        at += passed;
        this.#left -= passed;
        if (this.#left === 0) this.#place = place.returnAfterData;
      } else {
        this.#place = this.#isOverLimit() ? place.broken : this.#step(data[at++] ?? 0);
      }
    }
    return this.#place === place.broken ? "broken" : at;
  }

  #isOverLimit(): boolean {
    return ++this.#seen > (this.#place < place.data ? lineLimit : trailersLimit);
  }

  #step(byte: number): Place {
    switch (this.#place) {
      case place.sizeStart:
        return this.#addDigit(digitOf(byte));
      case place.size: {
        const digit = digitOf(byte);
        return digit < 0 ? afterSize(byte) : this.#addDigit(digit);
      }
      case place.blankAfterSize:
        return afterSize(byte);
      case place.extension:
        return afterText(byte, place.extension, place.lineFeedOfSize);
      case place.lineFeedOfSize:
        this.#seen = 0;
        return afterLineFeed(byte, this.#left > 0 ? place.data : place.trailerStart);
      case place.returnAfterData:
        return byte === carriageReturn ? place.lineFeedAfterData : place.broken;
      case place.lineFeedAfterData:
        this.#seen = 0;
        return afterLineFeed(byte, place.sizeStart);
      case place.trailerStart:
        if (byte === carriageReturn) return place.lastLineFeed;
        return isToken(byte) ? place.trailerName : place.broken;
      case place.trailerName:
        if (byte === 0x3a) return place.trailerValue;
        return isToken(byte) ? place.trailerName : place.broken;
      case place.trailerValue:
        return afterText(byte, place.trailerValue, place.lineFeedOfTrailer);
      case place.lineFeedOfTrailer:
        return afterLineFeed(byte, place.trailerStart);
      case place.lastLineFeed:
        return afterLineFeed(byte, place.whole);
      default:
        return place.broken;
    }
  }

  #addDigit(digit: number): Place {
    this.#left = this.#left * 16 + digit;
    return digit >= 0 && Number.isSafeInteger(this.#left) ? place.size : place.broken;
  }
}

/** -1 if it is none of hexadecimal numbers. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function afterSize(byte: number): Place {
  if (byte === carriageReturn) return place.lineFeedOfSize;
  if (byte === 0x3b) return place.extension;
  return byte === 0x20 || byte === 0x09 ? place.blankAfterSize : place.broken;
}

function afterText(byte: number, same: Place, ended: Place): Place {
  if (byte === carriageReturn) return ended;
  return byte === 0x09 || (byte >= 0x20 && byte !== 0x7f) ? same : place.broken;
}

function afterLineFeed(byte: number, next: Place): Place {
  return byte === lineFeed ? next : place.broken;
}

/** RFC 9110, 5.6.2 */
function isToken(byte: number): boolean {
  return /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte));
}
