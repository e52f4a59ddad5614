import type { Endpoint } from "./transport.ts";

/** A line of the access log: an HTTP request, or a connection that is not looked into further (TLS, raw, a tunnel). */
export interface AccessRecord {
  readonly event: "request" | "connection";
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly client: Endpoint;
  /** Undefined where nothing was connected to, and none was asked for by address. */
  readonly destination: Endpoint | undefined;
  /** Of a request; CONNECT for a tunnel that was asked for. */
  readonly method: string | undefined;
  /** Of a request, absolute, in visible ASCII; of a tunnel and of TLS `host:port`. */
  readonly url: string | undefined;
  /** What the client got; undefined if it got none, or it isn't HTTP. */
  readonly status: number | undefined;
  /** `refused`: broken, or against a limit or an option of the site. */
  readonly verdict: "allowed" | "blocked" | "refused";
  /** The rule that decided, or why it was refused. */
  readonly rule: string | undefined;
  /** closed, reset, refused, unreachable, connect-timeout, idle, half-close-timeout, failed, stopped… */
  readonly ended: string;
  /** Who ended it, unless it closed as it should. */
  readonly by: "client" | "origin" | "proxy" | undefined;
  /** The errno's name. */
  readonly error: string | undefined;
  readonly bytesFromClient: number;
  /** To the client: of a request with its head. */
  readonly bytesToClient: number;
}

export type Access = (record: AccessRecord) => void;

/** A connection that the proxy resets before anything has come of it; what differs is laid over it. */
export const resetAtOnce = {
  event: "connection",
  durationMs: 0,
  destination: undefined,
  method: undefined,
  url: undefined,
  status: undefined,
  verdict: "allowed",
  rule: undefined,
  ended: "reset",
  by: "proxy",
  error: undefined,
  bytesFromClient: 0,
  bytesToClient: 0,
} as const;
