import type { Access } from "./access.ts";
import type { BlockPages } from "./block-page.ts";
import type { CapturedPort, ProxyConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import type { HostCheck } from "./host-check.ts";
import type { Log } from "./log.ts";
import type { Judge } from "./policy/judge.ts";
import type { Resolve } from "./resolve.ts";
import type { Endpoint, Transport } from "./transport.ts";

/** Another policy has another judge. */
export interface PolicyInForce {
  readonly judge: Judge;
  readonly pages: BlockPages;
}

/** What engines and explicit listeners share. */
export interface Service {
  readonly config: ProxyConfig;
  readonly transport: Transport;
  readonly resolve: Resolve;
  readonly policy: PolicyInForce;
  readonly hostCheck: HostCheck;
  /** What happens to the proxy itself. */
  readonly log: Log;
  /** What clients asked for, and what became of it. */
  readonly access: Access;
  /** Whether a destination is this router. */
  readonly isOwn: (to: Endpoint) => boolean;
  /** By port. */
  readonly carries: ReadonlyMap<number, CapturedPort["carries"]>;
}

/** For one kind of listeners: with the clients that are connected there. */
export interface Listened extends Service {
  readonly connections: Connections;
}
