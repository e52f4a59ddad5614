import { createServer, type Socket } from "node:net";
import type { ProxyConfig } from "./config.ts";
import type { Log } from "./log.ts";
import { relay } from "./relay.ts";
import { watchRequestHead } from "./request-head.ts";
import { highWaterMark, type Endpoint, type Transport } from "./transport.ts";

/** Clients that have connected and aren't accepted yet. */
const backlog = 511;

export interface Proxy {
  /** Where it listens; the port is the real one when the configuration says 0. */
  readonly address: Endpoint;
  /** How many connections are being relayed. */
  readonly connections: () => number;
  /** Accepts no more, lets what is there end for up to `drainMs`, and resets the rest. */
  readonly stop: () => Promise<void>;
}

/**
 * Accepts connections and relays each to where it was going. Rejects when it can't listen. After
 * that nothing that happens to one connection reaches another, or the process.
 */
export async function startProxy(config: ProxyConfig, transport: Transport, log: Log): Promise<Proxy> {
  /** Of each connection that is being relayed, the function that ends it. */
  const active = new Set<() => void>();
  let onIdle: (() => void) | undefined;

  const accept = (client: Socket): void => {
    // Without a listener an error would be thrown; the relay adds its own.
    client.on("error", () => {});
    const { remoteAddress, remotePort } = client;
    // A client that reset before it was accepted has no address any more.
    if (remoteAddress === undefined || remotePort === undefined) return void client.destroy();
    const from = { address: remoteAddress, port: remotePort };
    const to = transport.originalDestination(client);
    const who = { client: formatEndpoint(from), destination: formatEndpoint(to) };
    const refuse = (event: string, why: Record<string, unknown> = {}): void => {
      client.resetAndDestroy();
      log(event, { ...who, ...why });
    };

    if (isOwn(to, config)) return refuse("loop");
    if (active.size >= config.maxConnections)
      return refuse("over-limit", { maxConnections: config.maxConnections });
    let origin;
    try {
      origin = transport.connect(from, to);
    } catch (error) {
      return refuse("connection", { ended: "failed", by: "proxy", error: errorCode(error) });
    }
    const request = watchRequestHead(client, to);
    const stop = relay(client, origin, config, (outcome) => {
      active.delete(stop);
      log("connection", { ...who, request: request(), ...outcome });
      if (active.size === 0) onIdle?.();
    });
    active.add(stop);
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark }, accept);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      // Out of descriptors, for example: the next accept may work again.
      server.on("error", (error) => log("error", { error: errorCode(error), message: error.message }));
      resolve();
    });
    transport.listen(server, config.listen, backlog);
  });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : config.listen.port;

  return {
    address: { address: config.listen.address, port },
    connections: () => active.size,
    async stop() {
      server.close();
      if (active.size === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, config.drainMs);
        onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      for (const end of active) end();
    },
  };
}

/**
 * A destination that is this proxy: relaying to it would come back here without end. Its own port
 * counts at every address when it listens at every address, listed in `self` or not.
 */
function isOwn({ address, port }: Endpoint, { listen, self }: ProxyConfig): boolean {
  if (self.includes(address)) return true;
  const everywhere = listen.address === "0.0.0.0" || listen.address === "::";
  return port === listen.port && (everywhere || address === listen.address);
}

function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
