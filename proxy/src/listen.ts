import { isIP, type Server } from "node:net";
import type { Listener } from "./config.ts";
import { errorCode } from "./error-code.ts";
import type { Service } from "./service.ts";

/** Clients that have connected and aren't accepted yet. */
const backlog = 511;

export interface Listening {
  /** A port is the real one when the configuration says 0. */
  readonly listeners: readonly Listener[];
  /** Accepts no more. */
  readonly close: () => void;
}

/** Listens at all of these, each with a server of its own. Rejects when one can't be had; then it is at none. */
export async function listenAtAll(
  listeners: readonly Listener[],
  service: Pick<Service, "transport" | "log">,
  createServer: () => Server,
): Promise<Listening> {
  const servers: Server[] = [];
  const close = (): void => {
    for (const server of servers) server.close();
  };
  const bound: Listener[] = [];
  try {
    for (const at of listeners) {
      const server = createServer();
      servers.push(server);
      bound.push(await listen(server, at, service));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { listeners: bound, close };
}

async function listen(
  server: Server,
  at: Listener,
  { transport, log }: Pick<Service, "transport" | "log">,
): Promise<Listener> {
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
