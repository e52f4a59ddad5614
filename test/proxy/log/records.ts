import type { AccessRecord } from "../../../proxy/src/access.ts";

/** A request that went as it should; tests change what they are about. */
export const answered: AccessRecord = {
  event: "request",
  startedMs: Date.UTC(2026, 0, 2, 3, 4, 5, 60),
  durationMs: 40,
  client: { address: "10.1.2.50", port: 4711 },
  destination: { address: "203.0.113.80", port: 80 },
  method: "GET",
  url: "http://example.org/",
  status: 200,
  verdict: "allowed",
  rule: undefined,
  ended: "closed",
  by: undefined,
  error: undefined,
  bytesFromClient: 120,
  bytesToClient: 3456,
};

const tls = { event: "connection", method: undefined, status: undefined, url: "example.org:443" } as const;
const to443 = { address: "203.0.113.80", port: 443 };
const blocked = { verdict: "blocked", rule: 'games "at school"', destination: undefined } as const;
const refused = { verdict: "refused", destination: undefined, durationMs: 0, bytesToClient: 0 } as const;

/** One of each kind, by what it is. */
export const samples: Readonly<Record<string, AccessRecord>> = {
  request: answered,
  "request over IPv6, by a rule": {
    ...answered,
    client: { address: "2001:db8:1::50", port: 4712 },
    destination: { address: "2001:db8:2::80", port: 8080 },
    method: "POST",
    url: "http://[2001:db8:2::80]:8080/a?b=%22c%22",
    status: 404,
    rule: "homework",
  },
  "request, blocked": { ...answered, ...blocked, status: 403, durationMs: 0 },
  "request that was no HTTP": {
    ...answered,
    ...refused,
    method: undefined,
    url: undefined,
    status: 400,
    rule: "bare-lf",
  },
  "request to a forbidden port": { ...answered, ...refused, status: 403, rule: "forbidden-port" },
  "request whose client went away": {
    ...answered,
    status: undefined,
    ended: "reset",
    by: "client",
    error: "ECONNRESET",
  },
  "request whose origin was silent": { ...answered, status: 504, ended: "idle", by: "origin" },
  TLS: { ...answered, ...tls, destination: to443, durationMs: 123_456 },
  "TLS, blocked": { ...answered, ...tls, ...blocked, ended: "closed", by: "proxy" },
  "TLS to an origin that refuses": {
    ...answered,
    ...tls,
    destination: to443,
    bytesToClient: 0,
    ended: "refused",
    by: "origin",
    error: "ECONNREFUSED",
  },
  tunnel: { ...answered, ...tls, destination: to443, method: "CONNECT", status: 200 },
  "raw port": { ...answered, ...tls, url: undefined, destination: { address: "2001:db8:2::80", port: 25 } },
  "connection over the limit": {
    ...answered,
    ...tls,
    ...refused,
    url: undefined,
    rule: "over-limit",
    ended: "reset",
    by: "proxy",
  },
};
