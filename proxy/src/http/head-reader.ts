/** Why a head is refused; `status` is what a client would be told. */
export interface Refusal {
  /** 400 malformed or ambiguous, 431 too long, 501 a transfer coding that isn't known, 505 not HTTP/1.x. */
  readonly status: 400 | 431 | 501 | 505;
  /** A short phrase that names the fault; the native engine has the same ones. */
  readonly why: string;
}

/** A field of a head that matters to a proxy has its name in lower case; its value is trimmed. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** What is sent instead of a first line, or to keep us busy: nobody needs more. */
const emptyLinesLimit = 4;
/** As HAProxy and Apache have it. */
const fieldsLimit = 100;
/** As far as fields are concerned, those that frame a message or say where it goes. */
const known = new Set(["host", "expect", "upgrade", "connection", "content-length", "transfer-encoding"]);

/** RFC 9110, 5.6.2 */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;
const nameSoFar = /^[!#$%&'*+.^_`|~0-9A-Za-z-]*/;

/**
 * Carries what parsing comes to instead of a head out of the functions that read it. It is no Error: gathering
 * a stack takes longer than parsing.
 */
class Unread {
  readonly result: "more" | Refusal;
  constructor(result: "more" | Refusal) {
    this.result = result;
  }
}

export function refuse(status: Refusal["status"], why: string): never {
  throw new Unread({ status, why });
}

export function wantMore(): never {
  throw new Unread("more");
}

/** Reads a head out of the first bytes, in Latin-1; a head that isn't whole within `limit` bytes is refused. */
export function readHead<Head>(
  data: Buffer,
  limit: number,
  isAnswer: boolean,
  read: (reader: HeadReader) => Head,
): Head | "more" | Refusal {
  try {
    return read(new HeadReader(data.toString("latin1", 0, Math.min(data.length, limit)), isAnswer));
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    if (error.result !== "more" || data.length < limit) return error.result;
    return { status: 431, why: "head-too-long" };
  }
}

/**
 * Whether parsing can come to something else than "more", as it did for the first `parsed` bytes. Who asks
 * before each parse spends no more on a head that comes byte by byte than a parse a line, and there are at most
 * 100 fields.
 */
export function isWorthParsing(data: Buffer, parsed: number, limit: number): boolean {
  return parsed < 40 || data.length >= limit || data.includes(0x0a, parsed);
}

/** Lines and fields of HTTP heads: what requests and answers share. The twin of proxy/addon/engine/http-line.c. */
export class HeadReader {
  readonly text: string;
  at = 0;
  bareLfSeen = false;
  /** Of an answer, lines may end with a bare LF, and values may be folded or have control characters. */
  readonly #isAnswer: boolean;
  /** The field before is none that matters. */
  #mayFold = false;
  #fields = 0;

  constructor(text: string, isAnswer: boolean) {
    this.text = text;
    this.#isAnswer = isAnswer;
  }

  /** Skips the empty lines that may precede a head (RFC 9112, 2.2). */
  skipEmptyLines(): void {
    for (let lines = 0; this.at < this.text.length; lines++) {
      const byte = this.text[this.at];
      if (byte === "\n") refuse(400, "bare-lf");
      if (byte !== "\r") return;
      if (lines === emptyLinesLimit) refuse(400, "empty-lines");
      if (this.at + 1 === this.text.length) wantMore();
      if (this.text[this.at + 1] !== "\n") refuse(400, "bare-cr");
      this.at += 2;
    }
    wantMore();
  }

  /** What is before the line's end; it isn't checked. */
  readLine(): string {
    const feed = this.text.indexOf("\n", this.at);
    if (feed < 0) wantMore();
    const hasReturn = feed > this.at && this.text[feed - 1] === "\r";
    if (!hasReturn && !this.#isAnswer) refuse(400, "bare-lf");
    if (!hasReturn) this.bareLfSeen = true;
    const line = this.text.slice(this.at, hasReturn ? feed - 1 : feed);
    this.at = feed + 1;
    return line;
  }

  /** The fields up to the empty line; those that don't matter are checked, but not given. */
  *readFields(): Generator<Field> {
    for (let line = this.readLine(); line !== ""; line = this.readLine()) {
      if (++this.#fields > fieldsLimit) refuse(431, "too-many-fields");
      const length = this.#mayFold && isBlank(line[0]) ? 0 : lengthOfName(line);
      const name = line.slice(0, length).toLowerCase();
      const value = line.slice(length === 0 ? 0 : length + 1);
      const bad = (this.#isAnswer ? /[\0\r]/ : /[^\t\x20-\x7e\x80-\xff]/).exec(value)?.[0];
      if (bad !== undefined) refuse(400, bad === "\r" ? "bare-cr" : "control-character");
      if (length > 0) this.#mayFold = this.#isAnswer && !known.has(name);
      if (known.has(name)) yield { name, value: trimBlanks(value) };
    }
  }
}

/** The items of a comma-separated list, trimmed, in lower case. */
export function itemsOf(list: string): string[] {
  return list.split(",").map((item) => trimBlanks(item).toLowerCase());
}

/** A Content-Length: digits, up to what a number holds; else undefined. */
export function parseLength(value: string): number | undefined {
  const length = /^[0-9]{1,16}$/.test(value) ? Number(value) : Infinity;
  return Number.isSafeInteger(length) ? length : undefined;
}

function lengthOfName(line: string): number {
  const named = fieldName.exec(line)?.[0].length;
  if (named !== undefined) return named - 1;
  const [name = ""] = nameSoFar.exec(line) ?? [];
  const stop = line[name.length];
  if (stop === "\r") refuse(400, "bare-cr");
  if (!isBlank(stop)) refuse(400, "field-name");
  return refuse(400, name === "" ? "obs-fold" : "space-in-field-name");
}

function isBlank(byte: string | undefined): boolean {
  return byte === " " || byte === "\t";
}

function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+/, "").replace(/(?<![ \t])[ \t]+$/, "");
}
