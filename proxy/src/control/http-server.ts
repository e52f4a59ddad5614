import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { Operation } from "../operation.ts";
import { refuse, type Answer, type Route } from "./route.ts";

/** Whoever asks is the router's own, or few: more at once are closed. */
const maxConnections = 32;

/**
 * Serves routes over HTTP/1.1, one question a connection. What a route says for programs is sent where the
 * question accepts JSON, or accepts all and `prefers` it. To be told where to listen. Node's HTTP is loaded
 * when somebody asks: it takes 2 MB.
 *
 * @param patienceMs A question must have come by then, and so long after its answer the client must have gone.
 */
export function createRouteServer(
  routes: readonly Route[],
  operation: Operation,
  prefers: "json" | "text",
  patienceMs = 10_000,
): Server {
  const timers = new WeakMap<Socket, NodeJS.Timeout>();
  let http: HttpServer | undefined;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket.once("close", () => clearTimeout(timers.get(socket)));
    limit(socket);
    http ??= createHttpServer((question, reply) => {
      clearTimeout(timers.get(question.socket));
      void answer(question, reply).then(() => limit(question.socket));
    });
    http.emit("connection", socket);
  });
  server.maxConnections = maxConnections;
  return server;

  function limit(socket: Socket): void {
    if (!socket.destroyed)
      timers.set(
        socket,
        setTimeout(() => socket.destroy(), patienceMs),
      );
  }

  async function answer(question: IncomingMessage, reply: ServerResponse): Promise<void> {
    const found = await find(question);
    const asJson = found.type === undefined && wantsJson(question.headers.accept, prefers);
    const body = asJson ? `${JSON.stringify(found.json)}\n` : found.text;
    reply.writeHead(found.status, {
      "Content-Type": asJson ? "application/json" : (found.type ?? "text/plain; charset=utf-8"),
      "Content-Length": Buffer.byteLength(body),
      "Cache-Control": "no-store",
      Connection: "close",
    });
    reply.end(body);
    question.resume();
  }

  async function find({ method, url = "" }: IncomingMessage): Promise<Answer> {
    const [path, query] = url.split("?", 2);
    const route = routes.find((each) => each.path === path);
    if (route === undefined) return refuse(404, `there is no ${path}`);
    if (method !== route.method && !(method === "HEAD" && route.method === "GET"))
      return refuse(405, `${path} takes ${route.method}`);
    try {
      return await route.answer(operation, new URLSearchParams(query));
    } catch (error) {
      return refuse(500, error instanceof Error ? error.message : String(error));
    }
  }
}

function createHttpServer(listener: (question: IncomingMessage, reply: ServerResponse) => void): HttpServer {
  const server = process.getBuiltinModule("node:http").createServer({ keepAlive: false }, listener);
  // netcat may say its end before it has the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  return server;
}

function wantsJson(accept: string | undefined, prefers: "json" | "text"): boolean {
  if (accept?.includes("json") === true) return true;
  return prefers === "json" && accept?.includes("text/plain") !== true;
}
