import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { resetAtOnce } from "./access.ts";
import { canonicalAddress } from "./addresses.ts";
import { ClientJudge } from "./client-judge.ts";
import { forwardRequest } from "./forward-request.ts";
import { openTunnel } from "./open-tunnel.ts";
import { refuseUnread, type ClientError } from "./refuse-unread.ts";
import { reset } from "./reset.ts";
import type { Listened } from "./service.ts";
import { highWaterMark } from "./transport.ts";

/** How often Node's server looks for clients that are too slow. */
const checkingMs = 1000;

/**
 * A server that is an HTTP/1.1 proxy to its clients (RFC 9110, 3.7; RFC 9112, 3.2.2): absolute-form
 * requests are forwarded, each to its own origin, and CONNECT opens a tunnel. Outside of a tunnel a
 * client's end is its leaving, answered or not: that is how Node's server takes it.
 */
export function createExplicitServer(service: Listened): Server {
  // Loaded only where there is such a listener: it takes time, and memory.
  const http = process.getBuiltinModule("node:http");
  const {
    idleTimeoutMs,
    headTimeoutMs,
    http: { headBytes },
  } = service.config;
  const server = http.createServer({
    highWaterMark,
    maxHeaderSize: headBytes,
    headersTimeout: headTimeoutMs,
    connectionsCheckingInterval: checkingMs,
    // A body may take as long as it likes while it moves.
    requestTimeout: 0,
    keepAliveTimeout: idleTimeoutMs,
  });
  server.timeout = idleTimeoutMs;
  // By default a field after the 2000th is dropped without a word.
  server.maxHeadersCount = 0;
  // Before the server's own, which starts to read.
  server.prependListener("connection", (client: Socket) => admit(client, service));

  // Of each client that waits for an answer, when it has got it: one request after the other
  // (pipelining), so that a client has one socket to an origin at a time.
  const waiting = new Map<Socket, Promise<void>>();
  const request = (question: IncomingMessage, answer: ServerResponse): void => {
    const client = question.socket;
    const before = waiting.get(client) ?? Promise.resolve();
    const answered = before.then(async () => {
      if (client.writable) await forwardRequest({ question, answer }, http.request, service);
    });
    waiting.set(client, answered);
    void answered.then(() => {
      if (waiting.get(client) === answered) waiting.delete(client);
      // A server that is being stopped keeps no connection for another request.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  };
  server.on("request", request).on("checkContinue", request);
  server.on("clientError", (error: ClientError, client: Socket) =>
    refuseUnread(error, client, waiting.has(client), service),
  );
  server.on("connect", (question, _socket, head: Buffer) => {
    // Node lets go of the socket at once: an answer that is still due couldn't come first.
    if (waiting.has(question.socket)) question.socket.on("error", () => {}).destroy();
    else void openTunnel(question, head, service);
  });
  return server;
}

function admit(client: Socket, { access, connections, policy }: Listened): void {
  const { remoteAddress: address, remotePort: port } = client;
  if (address === undefined || port === undefined) return void client.destroy();
  const from = { address: canonicalAddress(address), port };
  if (!connections.admits(from.address)) {
    client.resetAndDestroy();
    access({ ...resetAtOnce, startedMs: Date.now(), client: from, verdict: "refused", rule: "over-limit" });
    return;
  }
  connections.add(client, {
    from,
    judge: new ClientJudge(policy, from.address),
    to: undefined,
    kind: "explicit",
    url: undefined,
    startedAt: performance.now(),
    end: () => reset(client),
  });
  client.once("close", () => connections.delete(client));
}
