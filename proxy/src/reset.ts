import type { Socket } from "node:net";

/** Ends a socket with RST, not with an end that looks regular. */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // While its end is on the way to the kernel, libuv refuses (uv_tcp_close_reset: EINVAL), and Node 24
  // then loses the descriptor: it stays open for ever.
  const endInFlight = socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished;
  // A socket that is still connecting has nobody to reset, and would wait for the answer first.
  if (socket.connecting) socket.destroy();
  else if (endInFlight) socket.once("finish", () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}
