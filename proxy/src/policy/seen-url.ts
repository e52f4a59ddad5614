import type { Question } from "./judge.ts";

/** Patterns and URL entries see no more of a URL. */
export const seenBytes = 2048;
/** No domain name is longer. */
const hostBytes = 255;

const dot = 0x2e;
const slash = 0x2f;
const percent = 0x25;

/**
 * A URL as lists see it, in memory that is used again for the next one: `http://host/path`, with `:port` unless
 * it is 80, the host in lower case. In the path, what is escaped without need is unescaped, hexadecimal digits of
 * other escapes are in upper case, and `.` and `..` are resolved (RFC 3986, 6.2.2), or writing `%61ds` for `ads`
 * would be a way around every list. Where the path can't be seen, the URL is `https://host/` (`http` on port 80)
 * and `isOpen`: unknown what follows.
 */
export class SeenUrl {
  readonly bytes = new Uint8Array(seenBytes + 3);
  /** The same in lower case, as patterns see it. */
  readonly lower = new Uint8Array(seenBytes + 3);
  length = 0;
  hostStart = 0;
  hostEnd = 0;
  pathStart = 0;
  /** Whether the URL goes on beyond what is here. */
  isOpen = false;

  /** `host` is a `bareHost`. */
  read(host: string, { port, path }: Pick<Question, "port" | "path">): void {
    const hasPath = path !== undefined && path !== "";
    const scheme = hasPath || port === 80 ? "http" : "https";
    const isIPv6 = host.includes(":");
    this.length = 0;
    this.#write(scheme);
    this.#write(isIPv6 ? "://[" : "://");
    this.hostStart = this.length;
    this.#write(host);
    this.hostEnd = this.length;
    if (isIPv6) this.#write("]");
    if (port !== (scheme === "http" ? 80 : 443)) this.#write(`:${port}`);
    this.pathStart = this.length;
    if (hasPath) {
      const end = writePath(path, this.bytes, this.length);
      this.isOpen = end < 0;
      this.length = Math.abs(end);
    } else {
      this.#write("/");
      this.isOpen = true;
    }
    for (let index = 0; index < this.length; index++) this.lower[index] = lowerCase(this.bytes[index] ?? 0);
  }

  #write(text: string): void {
    for (let index = 0; index < text.length; index++)
      this.bytes[this.length++] = lowerCase(text.charCodeAt(index) & 0xff);
  }
}

/** A host without dots at its end; of one that is too long to be a name, the end. */
export function bareHost(host: string): string {
  let end = host.length;
  while (end > 0 && host.charCodeAt(end - 1) === dot) end--;
  return host.slice(Math.max(0, end - hostBytes), end);
}

/** Writes a path as lists see it. Returns where it ends; negative if it goes on beyond `seenBytes`. */
export function writePath(path: string, to: Uint8Array, from: number): number {
  let end = from;
  let segment = from;
  let inQuery = false;
  for (let index = 0; index < path.length; index++) {
    if (end >= seenBytes) return -end;
    let byte = path.charCodeAt(index) & 0xff;
    if (byte === percent) {
      const escaped = readEscape(path, index);
      if (escaped >= 0) index += 2;
      if (escaped >= 0 && !isUnreserved(escaped)) {
        to[end++] = percent;
        to[end++] = hexDigit(escaped >>> 4);
        to[end++] = hexDigit(escaped & 15);
        continue;
      }
      if (escaped >= 0) byte = escaped;
    }
    if (!inQuery && (byte === slash || byte === 0x3f || byte === 0x23)) {
      const resolved = resolveSegment(to, from, segment, end);
      const isResolved = resolved !== end;
      end = resolved;
      inQuery = byte !== slash;
      if (isResolved && byte === slash) {
        segment = end;
        continue;
      }
      segment = end + 1;
    }
    to[end++] = byte;
  }
  return inQuery ? end : resolveSegment(to, from, segment, end);
}

/** Where a path ends once its last segment has had its effect, if that is `.` or `..`. */
function resolveSegment(path: Uint8Array, from: number, segment: number, end: number): number {
  const length = end - segment;
  if (path[segment] !== dot || length < 1 || length > 2) return end;
  if (length === 1) return segment;
  if (path[segment + 1] !== dot) return end;
  if (segment <= from + 1) return segment;
  let parent = segment - 1;
  while (parent > from && path[parent - 1] !== slash) parent--;
  return parent;
}

function readEscape(path: string, index: number): number {
  const high = hexValue(path.charCodeAt(index + 1));
  const low = hexValue(path.charCodeAt(index + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** -1 for what is no digit, or is not there. */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x41 + value - 10;
}

/** RFC 3986, 2.3. */
function isUnreserved(byte: number): boolean {
  return isTokenByte(lowerCase(byte))
    ? byte !== percent && byte < 0x80
    : [dot, 0x2d, 0x5f, 0x7e].includes(byte);
}

/** What tokens are of: letters, digits, `%`, and bytes beyond ASCII; in lower case. */
export function isTokenByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === percent || byte >= 0x80;
}

export function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
