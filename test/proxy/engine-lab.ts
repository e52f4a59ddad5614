import { createServer, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import type { AccessRecord } from "../../proxy/src/access.ts";
import { startJavaScriptEngine } from "../../proxy/src/captured/engine.ts";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import type { Engine } from "../../proxy/src/engine.ts";
import { HostCheck } from "../../proxy/src/host-check.ts";
import { ownDestinations } from "../../proxy/src/own-addresses.ts";
import type { PolicyConfig } from "../../proxy/src/policy/policy-config.ts";
import type { PolicyLoader } from "../../proxy/src/policy/policy-loader.ts";
import type { EngineAddon } from "../../proxy/src/native/addon.ts";
import { NativeEngine } from "../../proxy/src/native/native-engine.ts";
import type { Service } from "../../proxy/src/service.ts";
import type { Endpoint } from "../../proxy/src/transport.ts";
import {
  close,
  dial,
  ending,
  ignoreErrors,
  listen,
  openSockets,
  plainConnect,
  quickConfig,
  until,
  type LogEvent,
} from "./loopback-lab.ts";
import { engineAddon } from "./native/engine-addon.ts";
import { labPolicy } from "./lab-policy.ts";

/**
 * Starts an engine behind one listener on loopback: each connection counts as captured on its way to a
 * destination, and the origin is in truth elsewhere. The origin sees the router; there is no mark.
 */
export type StartLabEngine = (
  at: { readonly destination: Endpoint; readonly origin: Endpoint },
  service: Omit<Service, "transport">,
) => Promise<Engine>;

/** All that is tested here holds for each of these. */
export const engines: Readonly<Record<string, StartLabEngine>> = {
  javascript: ({ destination, origin }, service) =>
    startJavaScriptEngine(service.config.listeners, {
      ...service,
      transport: {
        listen: (server, { address }, backlog) => server.listen({ host: address, port: 0, backlog }),
        originalDestination: () => destination,
        connect: (from) => plainConnect(from, origin),
      },
    }),
  native: startNative(engineAddon),
};

/** The native engine, with so many threads of this addon. */
export function startNative(addon: () => Promise<EngineAddon>, threads = 2): StartLabEngine {
  return async (standIn, service) => {
    const server = createServer();
    const { address, port } = await listen(server);
    const engine = new NativeEngine(await addon(), service, {
      listeners: [descriptorOf(server)],
      threads,
      standIn,
    });
    await close(server);
    return {
      listeners: [{ kind: "transparent", address, port }],
      count: () => engine.count(),
      list: () => engine.list(),
      stop: (drainMs) => engine.stop(drainMs),
    };
  };
}

/** Node has no name for it. */
function descriptorOf(server: object): number {
  const handle: unknown = Reflect.get(server, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : undefined;
  if (typeof fd !== "number") throw new Error("the server has no descriptor");
  return fd;
}

/** An engine on loopback, between clients and one origin. */
export interface EngineLab {
  readonly engine: Engine;
  readonly policy: PolicyLoader;
  /** The access log, and the other one. */
  readonly records: readonly AccessRecord[];
  readonly events: readonly LogEvent[];
  /** A new client; paused, so that nothing is lost before somebody listens. */
  readonly connect: () => Socket;
  /** Resolves once the access log has that many lines. */
  readonly recorded: (count: number) => Promise<void>;
  /** Connections that the origin has got. */
  readonly reached: () => number;
}

export interface EngineSetup {
  readonly config?: Partial<ProxyConfig>;
  readonly policy?: Partial<PolicyConfig>;
  /** What the origin does with a connection; without it the origin refuses. */
  readonly serve?: (socket: Socket) => void;
  readonly destination?: Endpoint;
  /** Where that is in truth, in place of the lab's own origin. */
  readonly origin?: Endpoint;
  /** Addresses of names, for the host check, at once or later; it can't ask for others. */
  readonly names?: Readonly<Record<string, readonly string[] | Promise<readonly string[]>>>;
}

export const captured = {
  http: { address: "203.0.113.80", port: 80 },
  tls: { address: "203.0.113.80", port: 443 },
  raw: { address: "203.0.113.80", port: 25 },
} as const;

/** What an engine works with, but for the network. */
export async function labService(
  setup: EngineSetup,
  access: Service["access"],
  events: LogEvent[],
): Promise<Omit<Service, "transport"> & { readonly policy: PolicyLoader }> {
  const config = { ...quickConfig, originSees: "router" as const, ...setup.config };
  const policy = { ...quickConfig.policy, ...setup.policy };
  const names = new Map(Object.entries(setup.names ?? {}));
  return {
    config: { ...config, policy },
    policy: await labPolicy(policy),
    hostCheck: new HostCheck(async (name) => {
      const addresses = names.get(name);
      if (addresses === undefined) throw new Error("no answer");
      return addresses;
    }),
    resolve: async () => [],
    log: (event, fields) => events.push({ event, ...fields }),
    access,
    isOwn: ownDestinations(config),
    carries: new Map(config.ports.map(({ port, carries }) => [port, carries])),
  };
}

/**
 * Runs a body with an engine, and holds that it left nothing behind: every socket of clients, engine and
 * origin must be gone soon after, without help.
 */
export async function inEngineLab(
  t: ExecutionContext,
  start: StartLabEngine,
  setup: EngineSetup,
  body: (lab: EngineLab) => Promise<void>,
): Promise<void> {
  let reached = 0;
  const origin = createServer({ allowHalfOpen: true }, (socket) => {
    reached++;
    setup.serve?.(ignoreErrors(socket));
  });
  const at = {
    destination: setup.destination ?? captured.http,
    origin: setup.origin ?? (await listen(origin)),
  };
  if (setup.serve === undefined && setup.origin === undefined) await close(origin);

  const [records, events]: [AccessRecord[], LogEvent[]] = [[], []];
  const service = await labService(setup, (record) => records.push(record), events);
  const engine = await start(at, service);
  const lab: EngineLab = {
    engine,
    policy: service.policy,
    records,
    events,
    connect: () => dial(engine.listeners[0] ?? at.origin),
    recorded: async (count) => until(() => records.length >= count, `${count} lines in the access log`),
    reached: () => reached,
  };
  try {
    await body(lab);
  } catch (error) {
    await engine.stop(0);
    throw error;
  }

  await until(() => openSockets() === 0 && engine.count().open === 0, "all to be closed", 3000).catch(
    () => {},
  );
  t.is(openSockets(), 0, "sockets are left behind");
  t.is(engine.count().open, 0, "the engine still counts connections");
  await engine.stop(0);
  if (origin.listening) await close(origin);
}

/** Sends bytes, and reads to the end. */
export async function say(socket: Socket, bytes: string | Buffer): ReturnType<typeof ending> {
  socket.write(bytes);
  return ending(socket);
}

/** An answer with a body, by its length. */
export function ok(body: string, fields = ""): string {
  return `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A request without a body. */
export function get(path: string, { host = "a.example", fields = "" } = {}): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`;
}

/**
 * An origin that answers each head that comes, in order, with the path that was asked for unless it is told
 * otherwise, and ends after its client. `heads` has what came.
 */
export function answering(answer: (path: string) => string | Promise<string> = (path) => ok(`<${path}>`)): {
  readonly serve: (socket: Socket) => void;
  readonly heads: string[];
} {
  const heads: string[] = [];
  const serve = (socket: Socket): void => {
    let text = "";
    let answered = Promise.resolve();
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const head = text.slice(0, end + 4);
        text = text.slice(end + 4);
        heads.push(head);
        const said = answer(head.split(" ")[1] ?? "");
        answered = answered.then(async () => void socket.write(await said, "latin1"));
      }
    });
    socket.on("end", () => void answered.then(() => socket.end()));
  };
  return { serve, heads };
}

/** A policy that blocks these domains, or beginnings of URLs, for everybody. */
export function blocking(...entries: string[]): Partial<PolicyConfig> {
  const rule = {
    name: "no <b>",
    action: "block",
    groups: [],
    schedules: [],
    lists: ["l"],
    methods: [],
  } as const;
  return { lists: { l: { format: "auto", entries } }, rules: [rule] };
}
