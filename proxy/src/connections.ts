import type { Socket } from "node:net";
import type { ClientJudge } from "./client-judge.ts";
import type { OpenConnection } from "./engine.ts";
import type { Endpoint } from "./transport.ts";

/** What is reset at the end of a drain closes at once; this is only not to wait for ever. */
const resetMs = 1000;

/** A client that is connected, as far as others than its own handler want to know. */
export interface Connected {
  readonly from: Endpoint;
  readonly judge: ClientJudge;
  /** Undefined where that isn't known yet. */
  to: Endpoint | undefined;
  kind: OpenConnection["kind"];
  /** Of what is under way. */
  url: string | undefined;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** Resets it. */
  end: () => void;
  /** Asks it to end as soon as nothing is under way. */
  retire?: () => void;
}

/** The clients that are connected, up to limits: of all, and of each address. */
export class Connections {
  readonly #limit: number;
  readonly #limitPerClient: number;
  readonly #open = new Map<Socket, Connected>();
  readonly #countByAddress = new Map<string, number>();
  #onIdle: (() => void) | undefined;

  constructor(limit: number, limitPerClient: number) {
    this.#limit = limit;
    this.#limitPerClient = limitPerClient;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether there may be one more of a client. */
  admits(address: string): boolean {
    return this.count < this.#limit && (this.#countByAddress.get(address) ?? 0) < this.#limitPerClient;
  }

  /** Counts a client, or says that one that is counted has become something else. */
  add(client: Socket, connected: Connected): void {
    const isCounted = this.#open.has(client);
    this.#open.set(client, connected);
    if (isCounted) return;
    const { address } = connected.from;
    this.#countByAddress.set(address, (this.#countByAddress.get(address) ?? 0) + 1);
  }

  get(client: Socket): Connected | undefined {
    return this.#open.get(client);
  }

  delete(client: Socket): void {
    const address = this.#open.get(client)?.from.address;
    if (address === undefined) return;
    this.#open.delete(client);
    const left = (this.#countByAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#countByAddress.delete(address);
    else this.#countByAddress.set(address, left);
    if (this.#open.size === 0) this.#onIdle?.();
  }

  list(): readonly OpenConnection[] {
    const now = performance.now();
    return Array.from(this.#open, ([socket, { from, to, kind, url, startedAt }]) => ({
      client: from,
      destination: to,
      kind,
      url,
      ageMs: Math.round(now - startedAt),
      bytes: socket.bytesRead + socket.bytesWritten,
    }));
  }

  /** Lets connections end by themselves for a while, and then ends what is left. */
  async drain(forMs: number): Promise<void> {
    for (const { retire } of this.#open.values()) retire?.();
    await this.#idle(forMs);
    for (const { end } of this.#open.values()) end();
    await this.#idle(resetMs);
  }

  async #idle(withinMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
