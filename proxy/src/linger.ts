import type { Socket } from "node:net";

/** How long a client that has been told everything may take to read it, and to end. */
const lingerMs = 2000;

/**
 * Sends the end of what is written to a socket. What still comes is read and thrown away, until its end
 * or for a while: closing over it would be a reset, which may overtake the last bytes (RFC 9112, 9.6).
 */
export function endLingering(socket: Socket): void {
  if (socket.destroyed) return;
  socket.resume();
  socket.end(() => {
    // Nothing that waits for the other side may take longer; what is not read may not last for ever.
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once("close", () => clearTimeout(timer));
  });
}
