import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { resetAtOnce } from "./access.ts";
import { canonicalAddress } from "./addresses.ts";
import { connectOrigin } from "./connect-origin.ts";
import { describeEnd, Refusal } from "./refusal.ts";
import { relay } from "./relay.ts";
import { toVisibleAscii } from "./request-head.ts";
import { parseAuthorityForm } from "./request-target.ts";
import type { Service } from "./service.ts";

/** How long a refused client may take to read why. */
const lingerMs = 2000;
/** Statuses of a refused CONNECT. */
const phrases: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  502: "Bad Gateway",
  504: "Gateway Timeout",
};

/**
 * Answers a CONNECT (RFC 9110, 9.3.6): connects, and relays from then on as for a captured connection.
 * `head` is what the client has sent after its request already.
 */
export async function openTunnel(question: IncomingMessage, head: Buffer, service: Service): Promise<void> {
  const [startedMs, startedAt] = [Date.now(), performance.now()];
  const client = question.socket;
  const { remoteAddress = "", remotePort = 0 } = client;
  const url = toVisibleAscii(question.url ?? "");
  const who = { address: canonicalAddress(remoteAddress), port: remotePort };
  const asked = { startedMs, client: who, method: "CONNECT", url } as const;
  // From here on the HTTP server has nothing to do with this socket.
  client.setTimeout(0);
  client.on("error", () => {});
  if (head.length > 0) client.unshift(head);
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  client.once("close", leave);

  try {
    const to = parseAuthorityForm(url);
    if (to === undefined) throw new Refusal(400, "malformed", "CONNECT takes host:port.");
    const { socket, endpoint } = await connectOrigin(to, remoteAddress, gone.signal, service);
    client.off("close", leave);
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const stop = relay(client, socket, service.config, ({ bytesFromOrigin, ...outcome }) => {
      const ending = { by: undefined, ...outcome, bytesToClient: bytesFromOrigin };
      service.access({ ...resetAtOnce, ...asked, destination: endpoint, status: 200, ...ending });
    });
    service.connections.set(client, stop);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(502, "failed", String(error));
    if (!client.destroyed) refuse(client, refusal);
    service.access({
      ...asked,
      event: "request",
      destination: undefined,
      status: gone.signal.aborted ? undefined : refusal.status,
      durationMs: Math.round(performance.now() - startedAt),
      ...describeEnd(refusal),
      bytesFromClient: client.bytesRead,
      bytesToClient: client.bytesWritten,
    });
  }
}

function refuse(client: Socket, { status, message }: Refusal): void {
  const text = `${message}\n`;
  client.end(
    [
      `HTTP/1.1 ${status} ${phrases[status]}`,
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(text)}`,
      "Connection: close",
      "",
      text,
    ].join("\r\n"),
  );
  // What still comes is read: closing over it would be a reset, which may overtake the answer.
  client.resume();
  const timer = setTimeout(() => client.destroy(), lingerMs);
  client.once("close", () => clearTimeout(timer));
}
