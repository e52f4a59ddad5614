import { Connections } from "../connections.ts";
import type { StartEngine } from "../engine.ts";
import { listenAtAll } from "../listen.ts";
import { createCaptureServer } from "./capture-server.ts";
import { Tally } from "./tally.ts";

/** The engine in JavaScript: it runs wherever Node does. */
export const startJavaScriptEngine: StartEngine = async (listeners, shared) => {
  const { maxConnections, maxConnectionsPerClient } = shared.config;
  const connections = new Connections(maxConnections, maxConnectionsPerClient);
  const service = { ...shared, connections };
  const tally = new Tally();
  const listening = await listenAtAll(listeners, service, () => createCaptureServer(service, tally));
  return {
    listeners: listening.listeners,
    count: () => tally.count(connections.count),
    list: async () => connections.list(),
    async stop(drainMs) {
      listening.close();
      await connections.drain(drainMs);
    },
  };
};
