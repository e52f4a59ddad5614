import { createServer, Socket, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import { formatAccessJson } from "../../proxy/src/log/access-json.ts";
import { startProxy, type Proxy } from "../../proxy/src/proxy.ts";
import type { Endpoint, Transport } from "../../proxy/src/transport.ts";
import { labPolicy } from "./lab-policy.ts";

/** One event of the proxy's log, or a line of its access log. */
export interface LogEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A proxy on loopback, between clients and one origin, with ordinary sockets. */
export interface Lab {
  readonly proxy: Proxy;
  readonly events: readonly LogEvent[];
  /** A new client; paused, so that nothing is lost before somebody listens. */
  readonly connect: () => Socket;
  /** Resolves once the log has that many events. */
  readonly logged: (count: number) => Promise<void>;
}

export interface LabSetup {
  readonly config?: Partial<ProxyConfig>;
  /** What the origin does with a connection; without it the origin refuses. */
  readonly serve?: (socket: Socket) => void;
  /** Where the client wants to go, in place of `originSeen`. */
  readonly destination?: Endpoint;
  /** Where that is in truth, in place of the lab's own origin. */
  readonly origin?: Endpoint;
  readonly connect?: Transport["connect"];
}

export const quickConfig: ProxyConfig = {
  listeners: [{ kind: "transparent", address: "127.0.0.1", port: 0 }],
  originSees: "client",
  mark: 2,
  self: ["10.1.2.2"],
  ports: [
    { port: 80, carries: "http" },
    { port: 443, carries: "tls" },
    { port: 7, carries: "raw" },
  ],
  connectTimeoutMs: 5000,
  idleTimeoutMs: 5000,
  halfCloseTimeoutMs: 5000,
  headTimeoutMs: 5000,
  drainMs: 5000,
  maxConnections: 1000,
  maxConnectionsPerClient: 1000,
  resolvers: [],
  hostCheck: "off",
  http: { upgrade: "allow", h2c: "block", notHttp: "block", headBytes: 65_536 },
  tls: { withoutName: "allow", ech: "judge", notTls: "block" },
  log: { file: "/nowhere/proxy.log", maxBytes: 4096 },
  policy: { default: "allow", timeZone: "UTC", groups: {}, schedules: {}, lists: {}, rules: [] },
  lanDevice: "lo",
};

/** What the proxy takes the origin for: an address of this machine would be a loop. */
const originSeen: Endpoint = { address: "203.0.113.80", port: 7 };

/**
 * Runs a body in a lab, and holds that it left nothing behind: every socket of clients, proxy and
 * origin must be gone soon after, without help.
 */
export async function inLab(
  t: ExecutionContext,
  setup: LabSetup,
  body: (lab: Lab) => Promise<void>,
): Promise<void> {
  const origin = createServer({ allowHalfOpen: true }, (socket) => setup.serve?.(ignoreErrors(socket)));
  const destination = setup.destination ?? originSeen;
  const reached = setup.origin ?? (await listen(origin));
  if (setup.serve === undefined && setup.origin === undefined) await close(origin);

  const events: LogEvent[] = [];
  let listening: Server | undefined;
  const transport: Transport = {
    listen(server, { address }, backlog) {
      listening = server;
      server.listen({ host: address, port: 0, backlog });
    },
    originalDestination: () => destination,
    connect: (from) => (setup.connect ?? plainConnect)(from, reached),
  };
  const config = { ...quickConfig, ...setup.config };
  const proxy = await startProxy(config, {
    transport,
    policy: await labPolicy(config.policy),
    log: (event, fields) => events.push({ event, ...fields }),
    access: (record) => events.push(JSON.parse(formatAccessJson(record))),
  });
  await body({
    proxy,
    events,
    connect: () => dial(proxy.listeners[0] ?? reached),
    logged: async (count) => until(() => events.length >= count, `${count} events in the log`),
  });

  await until(() => openSockets() === 0, "all sockets to be closed", 1000).catch(() => {});
  t.is(openSockets(), 0, "sockets are left behind");
  t.is(proxy.connections(), 0, "the proxy still counts connections");
  if (listening?.listening === true) await proxy.stop();
  if (origin.listening) await close(origin);
}

export function plainConnect(_from: string | undefined, to: Endpoint): Socket {
  return new Socket({ allowHalfOpen: true }).connect({ host: to.address, port: to.port });
}

/** A half-open-able client whose errors the test reads from `ending`. */
export function dial(to: Endpoint): Socket {
  const socket = new Socket({ allowHalfOpen: true });
  socket.pause();
  return ignoreErrors(socket.connect({ host: to.address, port: to.port }));
}

/** Reads to the end; resolves with what came, and with the error's code if it ended in one. */
export async function ending(socket: Socket): Promise<{ readonly text: string; readonly error?: string }> {
  const chunks: Buffer[] = [];
  let error: string | undefined;
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", ({ code }: NodeJS.ErrnoException) => (error = code));
  socket.resume();
  await new Promise((resolve) => {
    socket.once("end", resolve);
    socket.once("close", resolve);
  });
  const text = Buffer.concat(chunks).toString("latin1");
  return error === undefined ? { text } : { text, error };
}

/** Reads on, and tells what has come so far. */
export function hearing(socket: Socket): () => string {
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString("latin1"))).resume();
  return () => text;
}

export async function until(condition: () => boolean, what: string, timeoutMs = 3000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(5);
  }
}

/** TCP connections that this thread holds, from any side. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap" || name === "TCPWRAP")
    .length;
}

export async function listen(server: Server): Promise<Endpoint> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) throw new Error("not a TCP server");
  return { address: bound.address, port: bound.port };
}

export async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

export function ignoreErrors(socket: Socket): Socket {
  return socket.on("error", () => {});
}
