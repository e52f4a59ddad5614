import type { Socket } from "node:net";
import { reset } from "./reset.ts";

export interface RelayLimits {
  /** From accepting the client to the origin's answer; for one that is connected already it doesn't count. */
  readonly connectTimeoutMs: number;
  /** Without a byte either way. */
  readonly idleTimeoutMs: number;
  /** The same, once one side has sent its end. */
  readonly halfCloseTimeoutMs: number;
}

/** How a relayed connection ended; all but `closed` reset whatever is still open, on both sides. */
export type Ending =
  | "closed"
  | "refused"
  | "unreachable"
  | "connect-timeout"
  | "reset"
  | "idle"
  | "half-close-timeout"
  | "stopped"
  | "failed";

export interface Outcome {
  readonly ended: Ending;
  /** Which side it came from, where one did. */
  readonly by?: "client" | "origin";
  /** The errno's name, where there was one. */
  readonly error?: string;
  readonly bytesFromClient: number;
  readonly bytesFromOrigin: number;
  readonly durationMs: number;
}

type Side = "client" | "origin";

/**
 * Relays bytes between an accepted socket and one that is connecting or connected, both made with
 * `allowHalfOpen`, each no faster than the other takes them. Calls `onEnd` exactly once. Returns a
 * function that ends it early. What was read from a socket before doesn't count, what is still queued
 * in it does.
 */
export function relay(
  client: Socket,
  origin: Socket,
  limits: RelayLimits,
  onEnd: (outcome: Outcome) => void,
): () => void {
  const startedMs = performance.now();
  let ended = false;
  let connected = !origin.connecting;
  const [clientFrom, originFrom] = [bytesTaken(client), bytesTaken(origin)];
  let queuedBytes = 0;
  let timer = setTimeout(() => end("connect-timeout"), limits.connectTimeoutMs);

  const end = (ending: Ending, cause: { by?: Side; error?: string } = {}): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    if (ending !== "closed") {
      reset(client);
      reset(origin);
    }
    onEnd({
      ended: ending,
      ...cause,
      bytesFromClient: client.bytesRead - clientFrom,
      bytesFromOrigin: origin.bytesRead - originFrom,
      durationMs: Math.round(performance.now() - startedMs),
    });
  };

  const limitSilence = (): void => {
    if (ended || !connected) return;
    const halfClosed = client.readableEnded || origin.readableEnded;
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        // Nothing new came in, but a slow reader may still be emptying what is queued for it.
        const queued = client.writableLength + origin.writableLength;
        if (queued === queuedBytes) return end(halfClosed ? "half-close-timeout" : "idle");
        queuedBytes = queued;
        timer.refresh();
      },
      halfClosed ? limits.halfCloseTimeoutMs : limits.idleTimeoutMs,
    );
  };

  limitSilence();
  origin.once("connect", () => {
    connected = true;
    limitSilence();
  });
  for (const [side, socket, other] of [
    ["client", client, origin],
    ["origin", origin, client],
  ] as const) {
    socket.on("data", () => {
      if (connected) timer.refresh();
    });
    socket.once("end", limitSilence);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      end(classify(error.code, side, connected), {
        by: side,
        ...(error.code === undefined ? {} : { error: error.code }),
      });
    });
    socket.once("close", () => {
      if (other.destroyed) end("closed");
    });
    // From the start, so that a client that goes away while its origin is being dialled is noticed.
    socket.pipe(other);
  }
  return () => end("stopped");
}

function bytesTaken(socket: Socket): number {
  return socket.bytesRead - socket.readableLength;
}

/** How a connection ended, by the errno's name, the side it came from, and whether the origin had answered. */
export function classify(code: string | undefined, side: Side, connected: boolean): Ending {
  if (code === "ECONNRESET" || code === "EPIPE") return "reset";
  if (side === "client" || connected) return "failed";
  if (code === "ECONNREFUSED") return "refused";
  if (code === "ETIMEDOUT") return "connect-timeout";
  return code === "EHOSTUNREACH" || code === "ENETUNREACH" ? "unreachable" : "failed";
}
