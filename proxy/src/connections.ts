import type { Socket } from "node:net";

/** What is reset at the end of a drain closes at once; this is only not to wait for ever. */
const resetMs = 1000;

/** The clients that are connected, of all listeners, up to a limit. */
export class Connections {
  readonly #limit: number;
  /** Of each client, the function that ends its connection. */
  readonly #ends = new Map<Socket, () => void>();
  #onIdle: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#ends.size;
  }

  get isFull(): boolean {
    return this.#ends.size >= this.#limit;
  }

  /** Counts a client, or changes how one that is counted is ended. */
  set(client: Socket, end: () => void): void {
    this.#ends.set(client, end);
  }

  delete(client: Socket): void {
    this.#ends.delete(client);
    if (this.#ends.size === 0) this.#onIdle?.();
  }

  /** Lets connections end by themselves for a while, and then ends what is left. */
  async drain(forMs: number): Promise<void> {
    await this.#idle(forMs);
    for (const end of this.#ends.values()) end();
    await this.#idle(resetMs);
  }

  async #idle(withinMs: number): Promise<void> {
    if (this.#ends.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
