import type { Socket } from "node:net";

/** Tells when nothing has moved on some sockets for too long. */
export class Silence {
  readonly #sockets: () => readonly Socket[];
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  #queuedBytes = 0;

  constructor(sockets: () => readonly Socket[], onSilence: () => void) {
    this.#sockets = sockets;
    this.#onSilence = onSilence;
  }

  /** Listens from now on, or for another time. */
  start(limitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Nothing new came in, but a slow reader may still be emptying what is queued for it.
      const queuedBytes = this.#sockets().reduce((sum, { writableLength }) => sum + writableLength, 0);
      if (queuedBytes === this.#queuedBytes) return this.#onSilence();
      this.#queuedBytes = queuedBytes;
      this.heard();
    }, limitMs);
  }

  heard(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
