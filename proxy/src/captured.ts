import { createServer, type Server, type Socket } from "node:net";
import { resetAtOnce, type AccessRecord } from "./access.ts";
import { canonicalAddress } from "./addresses.ts";
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

function accept(client: Socket, { config, transport, access, connections, isOwn, carries }: Service): void {
  // Without a listener an error would be thrown; the relay adds its own.
  client.on("error", () => {});
  const { remoteAddress, remotePort } = client;
  // A client that reset before it was accepted has no address any more.
  if (remoteAddress === undefined || remotePort === undefined) return void client.destroy();
  const from = { address: canonicalAddress(remoteAddress), port: remotePort };
  const to = transport.originalDestination(client);
  const who = { client: from, destination: to, startedMs: Date.now() };
  const refuse = (why: Partial<AccessRecord>): void => {
    client.resetAndDestroy();
    access({ ...resetAtOnce, ...who, ...why });
  };

  if (isOwn(to)) return refuse({ verdict: "refused", rule: "loop" });
  if (connections.isFull) return refuse({ verdict: "refused", rule: "over-limit" });
  let origin;
  try {
    origin = transport.connect(config.originSees === "client" ? from.address : undefined, to);
  } catch (error) {
    return refuse({ ended: "failed", error: errorCode(error) });
  }
  const what = carries.get(to.port);
  // A port that the configuration doesn't know was captured by hand, to try it.
  const request = what === undefined || what === "http" ? watchRequestHead(client, to) : () => undefined;
  const stop = relay(client, origin, config, ({ bytesFromOrigin, ...outcome }) => {
    connections.delete(client);
    const ending = { by: undefined, ...outcome, bytesToClient: bytesFromOrigin };
    access({ ...resetAtOnce, ...who, ...request(), ...ending });
  });
  connections.set(client, stop);
}
