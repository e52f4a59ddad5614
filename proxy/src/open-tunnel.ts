import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { canonicalAddress, canonicalHost } from "./addresses.ts";
import { formatBlockAnswer } from "./block-page.ts";
import type { Captured } from "./captured/captured.ts";
import { serve } from "./captured/serve.ts";
import { judgeOf } from "./client-judge.ts";
import { connectOrigin } from "./connect-origin.ts";
import { endLingering } from "./linger.ts";
import { describeEnd, Refusal } from "./refusal.ts";
import { parseAuthorityForm } from "./request-target.ts";
import { reset } from "./reset.ts";
import type { Listened } from "./service.ts";
import { toVisibleAscii } from "./visible-ascii.ts";

/** Statuses of a refused CONNECT. */
const phrases: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  502: "Bad Gateway",
  504: "Gateway Timeout",
};

/**
 * Answers a CONNECT (RFC 9110, 9.3.6): judges it, connects, and takes what is inside for a captured connection
 * from then on. `head` is what the client has sent after its request already.
 */
export async function openTunnel(question: IncomingMessage, head: Buffer, service: Listened): Promise<void> {
  const [startedMs, startedAt] = [Date.now(), performance.now()];
  const client = question.socket;
  const { remoteAddress = "", remotePort = 0 } = client;
  const url = toVisibleAscii(question.url ?? "");
  const from = { address: canonicalAddress(remoteAddress), port: remotePort };
  const judge = judgeOf(client, service);
  // From here on the HTTP server has nothing to do with this socket.
  client.setTimeout(0);
  client.on("error", () => {});
  if (head.length > 0) client.unshift(head);
  const readBefore = client.bytesRead - head.length;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  client.once("close", leave);
  let rule: string | undefined;

  try {
    const to = parseAuthorityForm(url);
    if (to === undefined) throw new Refusal(400, "malformed", "CONNECT takes host:port.");
    const verdict = judge.judge({
      method: "CONNECT",
      host: canonicalHost(to.host),
      port: to.port,
      path: undefined,
    });
    ({ rule } = verdict);
    if (verdict.action === "block") throw new Refusal(403, "blocked", "The site's rules don't allow it.");
    const { socket, endpoint } = await connectOrigin(to, remoteAddress, gone.signal, service);
    client.off("close", leave);
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const kind = service.carries.get(to.port) ?? "raw";
    const tunnel = { method: "CONNECT", url, status: 200 };
    const times = { startedMs, startedAt };
    const captured: Captured = {
      service,
      client,
      from,
      to: endpoint,
      judge,
      kind,
      url,
      ...times,
      tunnel,
      readBefore,
      end: () => reset(client),
      connect: handOver(socket, client),
    };
    service.connections.add(client, captured);
    serve[kind](captured);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(502, "failed", String(error));
    if (!client.destroyed) refuse(client, refusal, () => service.policy.pages.page(rule));
    service.access({
      client: from,
      method: "CONNECT",
      url,
      startedMs,
      event: "request",
      destination: undefined,
      status: gone.signal.aborted ? undefined : refusal.status,
      durationMs: Math.round(performance.now() - startedAt),
      ...describeEnd(refusal, rule),
      bytesFromClient: client.bytesRead,
      bytesToClient: client.bytesWritten,
    });
  }
}

/** A socket to an origin, for who wants it; if nobody does it goes with its client. */
function handOver(socket: Socket, client: Socket): () => Socket {
  const discard = (): void => void socket.destroy();
  client.once("close", discard);
  return () => {
    client.off("close", discard);
    if (socket.destroyed) throw Object.assign(new Error("the origin has gone"), { code: "ECONNRESET" });
    return socket;
  };
}

function refuse(client: Socket, { status, reason, message }: Refusal, page: () => Buffer): void {
  const text = `${message}\n`;
  const head = [
    `HTTP/1.1 ${status} ${phrases[status]}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Connection: close",
    "\r\n",
  ].join("\r\n");
  client.write(
    reason === "blocked" ? formatBlockAnswer(page(), { withBody: true, closes: true }) : head + text,
  );
  endLingering(client);
}
