import type { Access } from "./access.ts";
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
  /** What happens to the proxy itself. */
  readonly log: Log;
  /** What clients asked for, and what became of it. */
  readonly access: Access;
  readonly connections: Connections;
  /** Whether a destination is this router. */
  readonly isOwn: (to: Endpoint) => boolean;
  /** By port. */
  readonly carries: ReadonlyMap<number, CapturedPort["carries"]>;
}
