import { isIP, type Server } from "node:net";
import type { Access } from "./access.ts";
import { createCaptureServer } from "./captured.ts";
import type { Listener, ProxyConfig } from "./config.ts";
import { Connections } from "./connections.ts";
import { errorCode } from "./error-code.ts";
import { createExplicitServer } from "./explicit.ts";
import type { Log } from "./log.ts";
import { ownDestinations } from "./own-addresses.ts";
import { resolveByLibc, type Resolve } from "./resolve.ts";
import type { Service } from "./service.ts";
import type { Transport } from "./transport.ts";

/** Clients that have connected and aren't accepted yet. */
const backlog = 511;

export interface Proxy {
  /** Where it listens; a port is the real one when the configuration says 0. */
  readonly listeners: readonly Listener[];
  /** How many clients are connected. */
  readonly connections: () => number;
  /** Accepts no more, lets what is there end for up to `drainMs`, and resets the rest. */
  readonly stop: () => Promise<void>;
}

/**
 * Accepts connections at all listeners and takes each to where it is going. Rejects when it can't
 * listen at one of them. After that nothing that happens to one connection reaches another, or the
 * process.
 */
export async function startProxy(
  config: ProxyConfig,
  transport: Transport,
  log: Log,
  access: Access,
  resolve: Resolve = resolveByLibc,
): Promise<Proxy> {
  const connections = new Connections(config.maxConnections);
  const service: Service = {
    config,
    transport,
    resolve,
    log,
    access,
    connections,
    isOwn: ownDestinations(config),
    carries: new Map(config.ports.map(({ port, carries }) => [port, carries])),
  };
  const servers: Server[] = [];
  const closeAll = (): void => {
    for (const server of servers) server.close();
  };
  const listeners: Listener[] = [];
  try {
    for (const at of config.listeners) {
      const server = at.kind === "transparent" ? createCaptureServer(service) : createExplicitServer(service);
      servers.push(server);
      listeners.push(await listen(server, at, service));
    }
  } catch (error) {
    closeAll();
    throw error;
  }

  return {
    listeners,
    connections: () => connections.count,
    async stop() {
      closeAll();
      await connections.drain(config.drainMs);
    },
  };
}

async function listen(server: Server, at: Listener, { transport, log }: Service): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      // Out of descriptors, for example: the next accept may work again.
      server.on("error", (error) => log("error", { error: errorCode(error), message: error.message }));
      resolve();
    });
    if (at.kind === "transparent") transport.listen(server, at, backlog);
    else server.listen({ host: at.address, port: at.port, ipv6Only: isIP(at.address) === 6, backlog });
  });
  const bound = server.address();
  return { ...at, port: typeof bound === "object" && bound !== null ? bound.port : at.port };
}
