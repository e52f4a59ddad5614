import { createServer, type Server, type Socket } from "node:net";
import { canonicalAddress, formatEndpoint } from "./addresses.ts";
import { errorCode } from "./error-code.ts";
import { relay } from "./relay.ts";
import { watchRequestHead } from "./request-head.ts";
import type { Service } from "./service.ts";
import { highWaterMark } from "./transport.ts";

/** A server for connections as TPROXY delivers them; each is relayed to where it was going. */
export function createCaptureServer(service: Service): Server {
  return createServer({ allowHalfOpen: true, noDelay: true, highWaterMark }, (client) => {
    accept(client, service);
  });
}

function accept(client: Socket, { config, transport, log, connections, isOwn, carries }: Service): void {
  // Without a listener an error would be thrown; the relay adds its own.
  client.on("error", () => {});
  const { remoteAddress, remotePort } = client;
  // A client that reset before it was accepted has no address any more.
  if (remoteAddress === undefined || remotePort === undefined) return void client.destroy();
  const from = { address: canonicalAddress(remoteAddress), port: remotePort };
  const to = transport.originalDestination(client);
  const who = { client: formatEndpoint(from), destination: formatEndpoint(to) };
  const refuse = (event: string, why: Record<string, unknown> = {}): void => {
    client.resetAndDestroy();
    log(event, { ...who, ...why });
  };

  if (isOwn(to)) return refuse("loop");
  if (connections.isFull) return refuse("over-limit", { maxConnections: config.maxConnections });
  let origin;
  try {
    origin = transport.connect(config.originSees === "client" ? from.address : undefined, to);
  } catch (error) {
    return refuse("connection", { ended: "failed", by: "proxy", error: errorCode(error) });
  }
  const what = carries.get(to.port);
  // A port that the configuration doesn't know was captured by hand, to try it.
  const request = what === undefined || what === "http" ? watchRequestHead(client, to) : () => undefined;
  const stop = relay(client, origin, config, (outcome) => {
    connections.delete(client);
    log("connection", { ...who, carries: what, request: request(), ...outcome });
  });
  connections.set(client, stop);
}
