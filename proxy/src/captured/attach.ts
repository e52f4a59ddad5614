import type { Socket } from "node:net";

export interface SocketEvents {
  readonly connect?: () => void;
  readonly data: (chunk: Buffer) => void;
  readonly end: () => void;
  readonly drain: () => void;
  readonly error: (error: NodeJS.ErrnoException) => void;
}

/** Listens to a socket; returns what ends that. Errors must not be thrown afterwards, either. */
export function attach(socket: Socket, events: SocketEvents): () => void {
  const entries = Object.entries(events);
  for (const [name, listener] of entries) socket.on(name, listener);
  return () => {
    for (const [name, listener] of entries) socket.off(name, listener);
    socket.on("error", () => {});
  };
}
