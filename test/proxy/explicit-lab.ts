import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, Socket } from "node:net";
import type { ExecutionContext } from "ava";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import { startProxy, type Proxy } from "../../proxy/src/proxy.ts";
import type { Access } from "../../proxy/src/access.ts";
import { formatAccessJson } from "../../proxy/src/log/access-json.ts";
import { resolveByLibc } from "../../proxy/src/resolve.ts";
import type { Endpoint, Transport } from "../../proxy/src/transport.ts";
import {
  close,
  dial,
  ending,
  ignoreErrors,
  listen,
  openSockets,
  quickConfig,
  until,
  type LogEvent,
} from "./loopback-lab.ts";
import { labPolicy } from "./lab-policy.ts";

/** A proxy that is spoken to as one, on loopback, between clients and the origins that it is asked for. */
export interface ExplicitLab {
  readonly proxy: Proxy;
  readonly events: readonly LogEvent[];
  /** Each attempt to connect: from where to where. */
  readonly dialled: readonly { readonly from: string | undefined; readonly to: Endpoint }[];
  readonly connect: () => Socket;
  /** Sends bytes, reads to the end, and only then ends: to an HTTP server of Node's, a client's end is its leaving. */
  readonly say: (bytes: string) => ReturnType<typeof ending>;
  readonly logged: (count: number) => Promise<void>;
}

/** What an origin does with a connection; where another one is; or that it refuses. */
export type Origin = ((socket: Socket) => void) | Endpoint | "refuses";

export interface ExplicitSetup {
  readonly config?: Partial<ProxyConfig>;
  /** By name. Each gets an IPv4 and an IPv6 address, as below. */
  readonly origins?: Readonly<Record<string, Origin>>;
  /** Addresses of names, in place of those and of what the C library says. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

/** The addresses of the first, second... origin. Whatever the port, a connection gets to it. */
export const v4 = (index: number): string => `203.0.113.${index + 1}`;
export const v6 = (index: number): string => `2001:db8::${index + 1}`;

/** Runs a body in such a lab, and holds that it left no socket behind, as `inLab` does. */
export async function inExplicitLab(
  t: ExecutionContext,
  { config, origins = {}, names = {} }: ExplicitSetup,
  body: (lab: ExplicitLab) => Promise<void>,
): Promise<void> {
  const servers = Object.values(origins).map((origin) => {
    const serve = typeof origin === "function" ? origin : undefined;
    return createServer({ allowHalfOpen: true }, (socket) => serve?.(ignoreErrors(socket)));
  });
  const reached = new Map<string, Endpoint>();
  const known = new Map(Object.entries(names));
  for (const [index, [name, origin]] of Object.entries(origins).entries()) {
    const server = servers[index] ?? createServer();
    const at = typeof origin === "object" ? origin : await listen(server);
    if (origin === "refuses") await close(server);
    for (const address of [v4(index), v6(index)]) reached.set(address, at);
    if (!known.has(name)) known.set(name, [v4(index), v6(index)]);
  }

  const dialled: { from: string | undefined; to: Endpoint }[] = [];
  const transport: Transport = {
    listen: () => t.fail("an explicit listener needs no privilege"),
    originalDestination: () => ({ address: "0.0.0.0", port: 0 }),
    connect(from, to) {
      dialled.push({ from, to });
      const at = reached.get(to.address);
      if (at === undefined) throw Object.assign(new Error("not in this lab"), { code: "ENETUNREACH" });
      // Loopback's other addresses stand for clients.
      const localAddress = from?.startsWith("127.") === true ? { localAddress: from } : {};
      return new Socket({ allowHalfOpen: true }).connect({
        host: at.address,
        port: at.port,
        ...localAddress,
      });
    },
  };
  const resolve = async (name: string, family: 0 | 4 | 6): Promise<readonly string[]> => {
    const all = known.get(name) ?? (await resolveByLibc(name, family));
    const found = all.filter((address) => family === 0 || address.includes(":") === (family === 6));
    if (found.length === 0) throw Object.assign(new Error(`${name} not found`), { code: "ENOTFOUND" });
    return found;
  };
  const events: LogEvent[] = [];
  const log = (event: string, fields?: object): void => void events.push({ event, ...fields });
  const listeners = [{ kind: "explicit", address: "127.0.0.1", port: 0 }] as const;
  const access: Access = (record) => events.push(JSON.parse(formatAccessJson(record)));
  const policy = await labPolicy(config?.policy ?? quickConfig.policy);
  const surroundings = { transport, policy, log, access, resolve };
  const proxy = await startProxy({ ...quickConfig, listeners, ...config }, surroundings);
  const connect = (): Socket => dial(proxy.listeners[0] ?? { address: "", port: 0 });
  await body({
    proxy,
    events,
    dialled,
    connect,
    async say(bytes) {
      const client = connect();
      client.write(bytes);
      const said = await ending(client);
      client.end();
      return said;
    },
    logged: async (count) => until(() => events.length >= count, `${count} events in the log`),
  });

  await until(() => openSockets() === 0, "all sockets to be closed", 1000).catch(() => {});
  t.is(openSockets(), 0, "sockets are left behind");
  t.is(proxy.connections(), 0, "the proxy still counts connections");
  await proxy.stop();
  await Promise.all(servers.filter(({ listening }) => listening).map(close));
}

/** An origin that is a real HTTP server. */
export function serving(listener: RequestListener): (socket: Socket) => void {
  const server = createHttpServer(listener);
  return (socket) => void server.emit("connection", socket);
}

/** An origin that says how it was asked, byte for byte, as far as the head goes. */
export function mirror(socket: Socket): void {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    if (!text.includes("\r\n\r\n")) return;
    const [head = ""] = text.split("\r\n\r\n");
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${head.length}\r\n\r\n${head}`);
  });
}

/** What came after the first empty line. */
export function bodyOf(text: string): string {
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}
