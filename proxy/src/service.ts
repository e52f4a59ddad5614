import type { CapturedPort, ProxyConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import type { Log } from "./log.ts";
import type { Resolve } from "./resolve.ts";
import type { Endpoint, Transport } from "./transport.ts";

/** What all listeners share. */
export interface Service {
  readonly config: ProxyConfig;
  readonly transport: Transport;
  readonly resolve: Resolve;
  readonly log: Log;
  readonly connections: Connections;
  /** Whether a destination is this router. */
  readonly isOwn: (to: Endpoint) => boolean;
  /** By port. */
  readonly carries: ReadonlyMap<number, CapturedPort["carries"]>;
}
