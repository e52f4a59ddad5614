import type { Socket } from "node:net";
import type { Endpoint } from "./transport.ts";

/** The first request of a connection, as far as the log wants it. */
export interface Request {
  readonly method: string;
  /** Absolute, in visible ASCII; for CONNECT the authority that was asked for. */
  readonly url: string;
}

/** A head longer than this is not waited for. */
const maxHeadBytes = 16 * 1024;

/** RFC 9112, 3: method (an RFC 9110 token), target, version. */
const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\S+) HTTP\/1\.[0-9]$/;
/** What a request line can begin with, while there is only a part of it. */
const requestLineStart = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{0,32}$|[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} )/;

/**
 * Watches what a client sends until its first request head is complete, or is clearly none. It sees
 * the same chunks that are relayed and keeps nothing back. Returns a function that tells the
 * request, or undefined when there was none (yet).
 */
export function watchRequestHead(client: Socket, destination: Endpoint): () => Request | undefined {
  let head = "";
  let request: Request | undefined;
  const see = (chunk: Buffer): void => {
    head += chunk.toString("latin1", 0, maxHeadBytes - head.length);
    const parsed = parseRequestHead(head, destination);
    if (parsed === "incomplete" && head.length < maxHeadBytes) return;
    if (typeof parsed === "object") request = parsed;
    head = "";
    client.off("data", see);
  };
  client.on("data", see);
  return () => request;
}

/** Reads a request head, in Latin-1, as far as it has arrived. */
export function parseRequestHead(head: string, destination: Endpoint): Request | "incomplete" | "not http" {
  // RFC 9112, 2.2: empty lines before a request are skipped, and a bare LF ends a line as well.
  const text = head.replace(/^(\r?\n)+/, "");
  const [first, rest] = cut(text, /\r?\n/);
  if (rest === undefined) return text === "\r" || requestLineStart.test(first) ? "incomplete" : "not http";
  const [, method, target] = requestLine.exec(first) ?? [];
  if (method === undefined || target === undefined) return "not http";
  const [fields, body] = cut(`\n${rest}`, /\n\r?\n/);
  if (body === undefined) return "incomplete";
  return { method, url: toVisibleAscii(absoluteUrl(method, target, findHost(fields), destination)) };
}

/** What comes before the first match and what after it; the latter is undefined when there is none. */
function cut(text: string, separator: RegExp): readonly [before: string, after: string | undefined] {
  const match = separator.exec(text);
  if (match === null) return [text, undefined];
  return [text.slice(0, match.index), text.slice(match.index + match[0].length)];
}

/** RFC 9112, 3.2 and 3.3: the four forms of a target. Without a Host, the address it was sent to. */
function absoluteUrl(
  method: string,
  target: string,
  host: string | undefined,
  destination: Endpoint,
): string {
  if (method === "CONNECT" || /^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return target;
  const authority = host ?? formatAuthority(destination);
  return `http://${authority}${target === "*" ? "" : target}`;
}

function findHost(fields: string): string | undefined {
  const host = /^host:(.*)$/im.exec(fields)?.[1]?.trim();
  return host === "" ? undefined : host;
}

function formatAuthority({ address, port }: Endpoint): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return port === 80 ? host : `${host}:${port}`;
}

/** Percent-encodes what a terminal might take for a command; the log also goes to the console. */
export function toVisibleAscii(text: string): string {
  return text.replace(
    /[^!-~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
  );
}
