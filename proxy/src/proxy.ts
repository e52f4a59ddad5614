import type { Access } from "./access.ts";
import { startJavaScriptEngine } from "./captured/engine.ts";
import type { Listener, ProxyConfig } from "./config.ts";
import { Connections } from "./connections.ts";
import type { Engine, OpenConnection, StartEngine } from "./engine.ts";
import { createExplicitServer } from "./explicit.ts";
import { HostCheck, resolveAllBy } from "./host-check.ts";
import { listenAtAll } from "./listen.ts";
import type { Log } from "./log.ts";
import { ownDestinations } from "./own-addresses.ts";
import { resolveByLibc, type Resolve } from "./resolve.ts";
import type { PolicyInForce, Service } from "./service.ts";
import type { Transport } from "./transport.ts";

export interface Proxy {
  /** Where it listens; a port is the real one when the configuration says 0. */
  readonly listeners: readonly Listener[];
  /** How many clients are connected. */
  readonly connections: () => number;
  /** All of them, of the engine and of explicit listeners. */
  readonly list: () => Promise<readonly OpenConnection[]>;
  /** Of captured connections. */
  readonly count: Engine["count"];
  /** Accepts no more, lets what is there end for up to `drainMs`, and resets the rest. */
  readonly stop: () => Promise<void>;
}

/** What a proxy works with, and reports to. */
export interface Surroundings {
  readonly transport: Transport;
  readonly policy: PolicyInForce;
  readonly log: Log;
  readonly access: Access;
  readonly resolve?: Resolve;
  readonly startEngine?: StartEngine;
}

/**
 * Accepts connections at all listeners and takes each to where it is going. Rejects when it can't
 * listen at one of them. After that nothing that happens to one connection reaches another, or the
 * process.
 */
export async function startProxy(config: ProxyConfig, surroundings: Surroundings): Promise<Proxy> {
  const { startEngine: preferred = startJavaScriptEngine, ...others } = surroundings;
  const service: Service = {
    resolve: resolveByLibc,
    ...others,
    config,
    hostCheck: new HostCheck(resolveAllBy(config.resolvers)),
    isOwn: ownDestinations(config),
    carries: new Map(config.ports.map(({ port, carries }) => [port, carries])),
  };
  // Limits are for captured and for explicit connections each.
  const connections = new Connections(config.maxConnections, config.maxConnectionsPerClient);
  const listened = { ...service, connections };
  const [transparent, explicit] = (["transparent", "explicit"] as const).map((wanted) =>
    config.listeners.filter(({ kind }) => kind === wanted),
  );
  // One without anything to do needs no threads.
  const startEngine = transparent?.length === 0 ? startJavaScriptEngine : preferred;
  const engine = await startEngine(transparent ?? [], service);
  const listening = await listenAtAll(explicit ?? [], service, () => createExplicitServer(listened)).catch(
    async (error: unknown) => {
      await engine.stop(0);
      throw error;
    },
  );
  return {
    listeners: [...engine.listeners, ...listening.listeners],
    connections: () => engine.count().open + connections.count,
    list: async () => [...(await engine.list()), ...connections.list()],
    count: engine.count,
    async stop() {
      listening.close();
      await Promise.all([engine.stop(config.drainMs), connections.drain(config.drainMs)]);
    },
  };
}
