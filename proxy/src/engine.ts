import type { Listener } from "./config.ts";
import type { Service } from "./service.ts";
import type { Endpoint } from "./transport.ts";

/**
 * Takes captured connections from accept to end: judges them, relays what is allowed, and hands each to
 * `Service.access` once it, or a request on it, has ended. The native engine and the one of JavaScript
 * are alike to clients, to origins, and to whoever holds one.
 */
export interface Engine {
  /** Where it listens; a port is the real one when the configuration says 0. */
  readonly listeners: readonly Listener[];
  readonly count: () => Counters;
  /** What is open now. */
  readonly list: () => Promise<readonly OpenConnection[]>;
  /** Accepts no more, lets what is there end for up to `drainMs`, and resets the rest. */
  readonly stop: (drainMs: number) => Promise<void>;
}

/** Rejects when it can't listen at one of the transparent listeners that it is given; then it is at none. */
export type StartEngine = (listeners: readonly Listener[], service: Service) => Promise<Engine>;

/** Since the start, but `open`. */
export interface Counters {
  readonly open: number;
  readonly accepted: number;
  /** Refused, since there were as many as there may be: in all, or of that client. */
  readonly overLimit: number;
  /** Refused for want of descriptors or memory. */
  readonly shed: number;
  /** Refused, since they were for the router itself. */
  readonly loops: number;
  readonly bytesFromClients: number;
  readonly bytesToClients: number;
}

export interface OpenConnection {
  readonly client: Endpoint;
  /** Undefined where that isn't known yet (an explicit listener's). */
  readonly destination: Endpoint | undefined;
  readonly kind: "http" | "tls" | "raw" | "explicit";
  /** Of the request that is under way; of TLS and of a tunnel `host:port`. */
  readonly url: string | undefined;
  readonly ageMs: number;
  /** Both ways, so far. */
  readonly bytes: number;
}
