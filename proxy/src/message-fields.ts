import type { IncomingMessage } from "node:http";

/**
 * RFC 9110, 7.6.1, and what older software sends; also what is between a client and its proxy, and the
 * Host, which a proxy makes anew.
 */
const hopByHop = [
  "connection",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
];
/** Says where the message ends: Connection can't take it away, and it can't come after the body. */
const framing = "content-length";

/**
 * A message's fields as they go on, names and values in turn: without those that concern one hop, and
 * with this hop's Via. `Trailer` goes on only if trailers can.
 */
export function forwardedFields(message: IncomingMessage, trailersGoOn: boolean): string[] {
  const named = (message.headers.connection ?? "")
    .split(",")
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== framing);
  const dropped = new Set([...hopByHop, ...named, ...(trailersGoOn ? [] : ["trailer"])]);
  const kept = pairs(message.rawHeaders).filter(([name]) => !dropped.has(name.toLowerCase()));
  return [...kept.flat(), "Via", `${message.httpVersion} halfbridge`];
}

/** The trailers that go on. */
export function forwardedTrailers(message: IncomingMessage): [name: string, value: string][] {
  const dropped = new Set([...hopByHop, framing]);
  return pairs(message.rawTrailers).filter(([name]) => !dropped.has(name.toLowerCase()));
}

/**
 * RFC 9110, 7.6.2: how many more times OPTIONS or TRACE may be forwarded; undefined where there is no
 * limit.
 */
export function forwardsLeft({ method = "", headers }: IncomingMessage): number | undefined {
  const limit = headers["max-forwards"];
  const counts = method === "OPTIONS" || method === "TRACE";
  return counts && typeof limit === "string" && /^[0-9]{1,9}$/.test(limit) ? Number(limit) : undefined;
}

/** Whether the body came in chunks; undefined for a transfer coding that nobody asked for. */
export function isChunked(message: IncomingMessage): boolean | undefined {
  const coding = message.headers["transfer-encoding"]?.trim().toLowerCase();
  if (coding === undefined) return false;
  return coding === "chunked" ? true : undefined;
}

function pairs(raw: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [
    raw[2 * index] ?? "",
    raw[2 * index + 1] ?? "",
  ]);
}
