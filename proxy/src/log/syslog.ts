import type { Socket } from "node:dgram";
import { hostname } from "node:os";
import { isIP } from "node:net";
import { formatTime } from "./time.ts";

/** local0, informational (RFC 5424, 6.2.1). */
const priority = 16 * 8 + 6;
/**
 * Sends lines to a syslog host, a datagram each (RFC 5424, RFC 5426). It never waits, and nobody hears of a
 * host that is away: UDP may lose lines on the way. Those that weren't sent at all are counted.
 */
export class Syslog {
  readonly #address: string;
  readonly #port: number;
  readonly #maxQueuedBytes: number;
  readonly #host = hostname();
  #socket: Socket | undefined;
  #lostLines = 0;

  /**
   * @param address An IP address: no name is looked up for it.
   * @param maxQueuedBytes With that much that the kernel hasn't taken yet, lines are dropped.
   */
  constructor(address: string, port = 514, maxQueuedBytes = 256 * 1024) {
    this.#address = address;
    this.#port = port;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  get lostLines(): number {
    return this.#lostLines;
  }

  /** Sends one line; `timeMs` is since 1970. Never throws. */
  write(line: string, timeMs: number): void {
    try {
      const socket = (this.#socket ??= this.#open());
      if (socket.getSendQueueSize() >= this.#maxQueuedBytes) {
        this.#lostLines++;
        return;
      }
      const text = `<${priority}>1 ${formatTime(timeMs)} ${this.#host} halfbridge ${process.pid} access - ${line.trimEnd()}`;
      socket.send(text, this.#port, this.#address, this.#onSent);
    } catch {
      this.#lostLines++;
    }
  }

  readonly #onSent = (error: Error | null): void => {
    if (error !== null) this.#lostLines++;
  };

  #open(): Socket {
    // Loaded only where there is such a host.
    const dgram = process.getBuiltinModule("node:dgram");
    const family = isIP(this.#address) === 6 ? 6 : 4;
    const socket = dgram.createSocket({
      type: family === 6 ? "udp6" : "udp4",
      lookup: (address, _options, found) => found(null, address, family),
    });
    // Out of descriptors, for example: the next line tries again.
    socket.on("error", () => {
      if (this.#socket === socket) this.#socket = undefined;
      socket.close();
    });
    return socket.unref();
  }
}
