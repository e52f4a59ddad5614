import type { Socket } from "node:net";

export interface RelayLimits {
  /** From accepting the client to the origin's answer. */
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
 * Relays bytes between an accepted socket and one that is connecting, both made with
 * `allowHalfOpen`, each no faster than the other takes them. Calls `onEnd` exactly once. Returns a
 * function that ends it early.
 */
export function relay(
  client: Socket,
  origin: Socket,
  limits: RelayLimits,
  onEnd: (outcome: Outcome) => void,
): () => void {
  const startedMs = performance.now();
  let ended = false;
  let connected = false;
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
      bytesFromClient: client.bytesRead,
      bytesFromOrigin: origin.bytesRead,
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

function classify(code: string | undefined, side: Side, connected: boolean): Ending {
  if (code === "ECONNRESET" || code === "EPIPE") return "reset";
  if (side === "client" || connected) return "failed";
  if (code === "ECONNREFUSED") return "refused";
  if (code === "ETIMEDOUT") return "connect-timeout";
  return code === "EHOSTUNREACH" || code === "ENETUNREACH" ? "unreachable" : "failed";
}

/**
 * Ends a socket as the other side ended: with RST, not with an end that looks regular. After its end
 * has been sent a socket can't be reset any more: uv_tcp_close_reset refuses once uv_shutdown was
 * called, and Node 24 then leaks the descriptor without a word. Such a socket, and one that is still
 * connecting (it would wait for the answer first), is closed; data that still comes for it is
 * answered with RST by the kernel.
 */
function reset(socket: Socket): void {
  const endSent = socket.writableEnded && socket.writableLength === 0;
  if (socket.connecting || endSent) socket.destroy();
  else if (!socket.destroyed) socket.resetAndDestroy();
}
