import { HandshakeReader, refuse, Unread } from "./handshake-reader.ts";

/** What a TLS client says in clear (RFC 8446, 4.1.2). */
export interface ClientHello {
  /** The server's name in lower case without a dot at its end; "" without SNI. */
  readonly name: string;
  /** An encrypted_client_hello extension, real or GREASE: they can't be told apart. */
  readonly hasEch: boolean;
}

/** It isn't TLS, or not as it must be; the native engine has the same phrases. */
export interface BrokenHello {
  readonly why: string;
}

/** No hello is waited for beyond this many bytes. */
const helloLimitBytes = 65_536;

const messageClientHello = 1;
const extensionServerName = 0;
/** RFC 9849, 11.1 */
const extensionEch = 0xfe0d;
const nameTypeHost = 0;
/** Of SNI as sent, in bytes. */
const nameLimit = 255;
/** More than there are; who sends more wants to keep us busy. */
const extensionsLimit = 128;
const namesLimit = 8;

/**
 * Reads a ClientHello from a connection's first bytes, split over records and segments as it may be, with unknown
 * extensions and key shares of any size. The twin of hello_parse() in proxy/addon/engine.
 */
export function parseClientHello(data: Buffer): ClientHello | "more" | BrokenHello {
  try {
    return readHello(new HandshakeReader(data.subarray(0, helloLimitBytes)));
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    if (error.result !== "more" || data.length < helloLimitBytes) return error.result;
    return { why: "hello-too-long" };
  }
}

/** Extensions may be missing (RFC 5246, 7.4.1.2). */
function readHello(reader: HandshakeReader): ClientHello {
  if (reader.openMessage() !== messageClientHello) refuse("not-client-hello");
  const length = reader.takeNumber(3);
  if (length > helloLimitBytes) refuse("hello-too-long");
  reader.left = length;
  if (reader.takeNumber(2) >> 8 !== 3) refuse("hello-version");
  reader.skip(32);
  skipVector(reader, 1, 0, 32, "session-id-length");
  skipVector(reader, 2, 2, 65_534, "cipher-suites-length");
  skipVector(reader, 1, 1, 255, "compression-methods-length");
  const hello = reader.left > 0 ? readExtensions(reader) : { name: "", hasEch: false };
  // The server's answer comes first; who sends more with it wants to confuse.
  if (reader.recordLeft > 0) refuse("bytes-after-hello");
  return hello;
}

/** Skips a vector whose length has so many bytes and must be within bounds. */
function skipVector(
  reader: HandshakeReader,
  lengthBytes: number,
  least: number,
  most: number,
  why: string,
): void {
  const length = reader.takeNumber(lengthBytes);
  if (length < least || length > most) refuse(why);
  reader.skip(length);
}

function readExtensions(reader: HandshakeReader): ClientHello {
  let name: string | undefined;
  let hasEch = false;
  if (reader.takeNumber(2) !== reader.left) refuse("extensions-length");
  for (let count = 0; reader.left > 0; count++) {
    if (count === extensionsLimit) refuse("too-many-extensions");
    const type = reader.takeNumber(2);
    const length = reader.takeNumber(2);
    if (length > reader.left) refuse("extension-length");
    if (type === extensionServerName && name !== undefined) refuse("two-server-names");
    if (type === extensionServerName) name = readServerNames(reader, length);
    else reader.skip(length);
    hasEch ||= type === extensionEch;
  }
  return { name: name ?? "", hasEch };
}

/** RFC 6066, 3: a list of names, each with its type; of hosts there may be one. */
function readServerNames(reader: HandshakeReader, length: number): string {
  if (length < 2) refuse("server-name-length");
  let left = reader.takeNumber(2);
  if (left !== length - 2 || left === 0) refuse("server-name-length");
  let host = "";
  for (let count = 0; left > 0; count++) {
    if (count === namesLimit) refuse("too-many-server-names");
    if (left < 3) refuse("server-name-length");
    const type = reader.takeNumber(1);
    const size = reader.takeNumber(2);
    if (size > left - 3) refuse("server-name-length");
    left -= 3 + size;
    if (type !== nameTypeHost) reader.skip(size);
    else if (host === "") host = readName(reader, size);
    else refuse("two-server-names");
  }
  return host;
}

function readName(reader: HandshakeReader, size: number): string {
  if (size === 0 || size > nameLimit) refuse("server-name");
  const name = reader.take(size).toString("latin1").replace(/\.$/, "").toLowerCase();
  const isName = name.length <= 253 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name);
  if (!isName) refuse("server-name");
  return name;
}
