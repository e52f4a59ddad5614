import type { Socket } from "node:net";
import type { Counters } from "../engine.ts";

/** What an engine counts. */
export class Tally {
  overLimit = 0;
  loops = 0;
  shed = 0;
  #accepted = 0;
  #bytesFromClients = 0;
  #bytesToClients = 0;
  readonly #open = new Set<Socket>();

  /** Counts a client, and at last its bytes. */
  open(client: Socket): void {
    this.#accepted++;
    this.#open.add(client);
    client.once("close", () => {
      this.#open.delete(client);
      this.#bytesFromClients += client.bytesRead;
      this.#bytesToClients += client.bytesWritten;
    });
  }

  count(open: number): Counters {
    const { overLimit, loops, shed } = this;
    const sockets = [...this.#open];
    return {
      open,
      accepted: this.#accepted,
      overLimit,
      shed,
      loops,
      bytesFromClients: sockets.reduce((sum, { bytesRead }) => sum + bytesRead, this.#bytesFromClients),
      bytesToClients: sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, this.#bytesToClients),
    };
  }
}
