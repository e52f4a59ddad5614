import { createServer, type Server, type Socket } from "node:net";
import { resetAtOnce } from "../access.ts";
import { canonicalAddress } from "../addresses.ts";
import { ClientJudge } from "../client-judge.ts";
import { errorCode } from "../error-code.ts";
import type { Listened } from "../service.ts";
import { highWaterMark } from "../transport.ts";
import type { Captured } from "./captured.ts";
import { MemoryRoom } from "./memory-room.ts";
import { serve } from "./serve.ts";
import type { Tally } from "./tally.ts";

/** A server for connections as TPROXY delivers them: each is judged by what its port carries. */
export function createCaptureServer(service: Listened, tally: Tally): Server {
  const options = { allowHalfOpen: true, noDelay: true, highWaterMark };
  const memory = new MemoryRoom(() =>
    service.log("error", { message: "accept: no memory for more connections" }),
  );
  return createServer(options, (client) => accept(client, service, tally, memory));
}

function accept(client: Socket, service: Listened, tally: Tally, memory: MemoryRoom): void {
  const { config, transport, access, connections, isOwn, carries, policy } = service;
  // Without a listener an error would be thrown; who serves the client adds its own.
  client.on("error", () => {});
  const { remoteAddress, remotePort } = client;
  // A client that reset before it was accepted has no address any more.
  if (remoteAddress === undefined || remotePort === undefined) return void client.destroy();
  const from = { address: canonicalAddress(remoteAddress), port: remotePort };
  const to = transport.originalDestination(client);
  const startedMs = Date.now();
  const refuse = (rule: string): void => {
    client.resetAndDestroy();
    access({ ...resetAtOnce, client: from, destination: to, startedMs, verdict: "refused", rule });
  };

  if (isOwn(to)) {
    tally.loops++;
    return refuse("loop");
  }
  if (!connections.admits(from.address)) {
    tally.overLimit++;
    return refuse("over-limit");
  }
  if (!memory.admits()) {
    tally.shed++;
    return refuse("out-of-memory");
  }
  const source = config.originSees === "client" ? from.address : undefined;
  // A port that the configuration doesn't know was captured by hand, to try it.
  const kind = carries.get(to.port) ?? "raw";
  const captured: Captured = {
    service,
    client,
    from,
    to,
    kind,
    judge: new ClientJudge(policy, from.address),
    url: undefined,
    startedMs,
    startedAt: performance.now(),
    tunnel: undefined,
    readBefore: 0,
    end: () => client.resetAndDestroy(),
    connect() {
      try {
        return transport.connect(source, to);
      } catch (error) {
        if (["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"].includes(errorCode(error))) tally.shed++;
        throw error;
      }
    },
  };
  tally.open(client);
  connections.add(client, captured);
  serve[kind](captured);
}
