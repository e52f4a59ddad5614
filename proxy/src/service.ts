import type { Access } from "./access.ts";
import type { BlockPages } from "./block-page.ts";
import type { CapturedPort, ProxyConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import type { HostCheck } from "./host-check.ts";
import type { Log } from "./log.ts";
import type { CompiledPolicy } from "./policy/compile-policy.ts";
import type { Judge } from "./policy/judge.ts";
import type { Resolve } from "./resolve.ts";
import type { Endpoint, Transport } from "./transport.ts";

/** What is judged by at the moment. */
export interface PolicyInForce {
  /** Another policy has another judge. */
  readonly judge: Judge;
  readonly pages: BlockPages;
  /** What the judge judges by; another object for another policy. */
  readonly compiled: () => Pick<CompiledPolicy, "table" | "ruleNames">;
  /** Bits of the schedules that run. */
  readonly schedules: () => number;
  /** How far local time is ahead of UTC. */
  readonly utcOffsetSeconds: () => number;
  /** Tells when one of these has changed; returns what ends that. */
  readonly onChange: (changed: () => void) => () => void;
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
