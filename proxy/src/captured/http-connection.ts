import type { Socket } from "node:net";
import { errorCode } from "../error-code.ts";
import { endLingering } from "../linger.ts";
import { classify, type Ending } from "../relay.ts";
import { reset } from "../reset.ts";
import { AnswerFlow } from "./answer-flow.ts";
import { attach } from "./attach.ts";
import { passOnTo, writeLine, type About, type Captured } from "./captured.ts";
import type { Exchange } from "./exchange.ts";
import { serveRaw } from "./raw-connection.ts";
import { RequestFlow } from "./request-flow.ts";
import { Silence } from "./silence.ts";

type How = Pick<About, "ended" | "by" | "error">;

/** Judges every request of a connection, and relays what is allowed byte for byte, as it comes in. */
export function serveHttp(captured: Captured): void {
  new HttpConnection(captured).start();
}

/** A client's connection and the one to its origin, from the first byte until both are closed. */
export class HttpConnection {
  readonly captured: Captured;
  readonly client: Socket;
  /** There is one once a request was allowed. */
  origin: Socket | undefined;
  /** Requests that have come and aren't answered whole, in their order. */
  readonly exchanges: Exchange[] = [];
  /** Whether requests and answers still go on. */
  isOpen = true;
  readonly #requests: RequestFlow;
  readonly #answers: AnswerFlow;
  readonly #silence: Silence;
  #connectTimer: NodeJS.Timeout | undefined;
  /** The client hasn't said anything. */
  #isSilent = true;
  #isRetiring = false;
  #hasLine = false;
  readonly #detach: (() => void)[] = [];

  constructor(captured: Captured) {
    this.captured = captured;
    this.client = captured.client;
    this.#requests = new RequestFlow(this);
    this.#answers = new AnswerFlow(this);
    this.#silence = new Silence(
      () => (this.origin === undefined ? [this.client] : [this.client, this.origin]),
      () => this.#onSilence(),
    );
  }

  start(): void {
    const { client, captured } = this;
    this.#detach.push(
      attach(client, {
        data: (chunk) => {
          if (this.#isSilent) this.#silence.start(captured.service.config.idleTimeoutMs);
          else this.#silence.heard();
          this.#isSilent = false;
          this.#requests.take(chunk);
        },
        end: () => {
          this.#silence.start(captured.service.config.halfCloseTimeoutMs);
          this.#requests.end();
        },
        drain: () => this.origin?.resume(),
        error: ({ code }) => this.fail(classify(code, "client", false), "client", code),
      }),
    );
    client.once("close", () => this.#onClose());
    captured.end = () => this.fail("stopped");
    captured.retire = () => {
      this.#isRetiring = true;
      this.advance();
    };
    this.#silence.start(captured.service.config.headTimeoutMs);
    client.resume();
  }

  /** Passes bytes of an allowed request on; returns whether more may follow at once. */
  send(bytes: Buffer): boolean {
    const origin = this.origin ?? this.#connect();
    return origin === undefined || origin.write(bytes);
  }

  /** Passes bytes of an answer on. */
  tell(exchange: Exchange, bytes: Buffer): void {
    exchange.bytesToClient += bytes.length;
    if (!this.client.write(bytes)) this.origin?.pause();
  }

  /** The first answer that is due is whole. */
  finish(exchange: Exchange, keepsAlive: boolean): void {
    this.exchanges.shift();
    this.#writeLine(exchange, { ended: "closed" });
    if (!keepsAlive) return this.close();
    // What is waited for may be the answer to another, or the check of its host.
    if (exchange.upgrades) this.#requests.stayHttp();
    this.advance();
    this.#requests.read();
  }

  /** Sends the proxy's own answers whose turn it is; closes once there is nothing to wait for. */
  advance(): void {
    for (let next = this.exchanges[0]; this.isOpen && next?.reply !== undefined; next = this.exchanges[0]) {
      const { reply } = next;
      this.exchanges.shift();
      this.client.write(reply.bytes);
      next.status = reply.status;
      next.bytesToClient = reply.bytes.length;
      this.#writeLine(next, { ended: "closed" });
      if (reply.closes) return this.close();
    }
    const isDone = this.#requests.isOver || (this.#isRetiring && this.#requests.isAtRest);
    if (this.isOpen && this.exchanges.length === 0 && isDone) this.close();
  }

  /** Ends regularly: what was said to the client still gets there. */
  close(how: How = { ended: "closed" }): void {
    if (!this.isOpen) return;
    this.#stop(how);
    // For a client that doesn't read.
    this.#silence.start(this.captured.service.config.idleTimeoutMs);
    this.origin?.destroy();
    endLingering(this.client);
  }

  /** Ends with resets: no half answer may look like a whole one. */
  fail(ended: Ending, by?: About["by"], error?: string): void {
    this.#stop({ ended, by, error });
    reset(this.client);
    if (this.origin !== undefined) reset(this.origin);
  }

  /** From now on all goes both ways as it comes; it belongs to a request, or what came first was none. */
  becomeRaw(exchange?: Exchange): void {
    const { captured, client, origin } = this;
    this.isOpen = false;
    this.#release();
    client.pause();
    const rest = this.#requests.takeRest();
    if (exchange === undefined || origin === undefined) {
      client.unshift(rest);
      return serveRaw(captured);
    }
    origin.pause();
    exchange.bytesFromClient += rest.length;
    origin.write(rest);
    this.tell(exchange, this.#answers.takeRest());
    passOnTo(origin, captured, exchange.describe(), exchange);
  }

  #connect(): Socket | undefined {
    const { captured } = this;
    let origin: Socket;
    try {
      origin = captured.connect();
    } catch (error) {
      this.fail("failed", "proxy", errorCode(error));
      return undefined;
    }
    this.origin = origin;
    let isConnected = !origin.connecting;
    if (!isConnected) {
      const { connectTimeoutMs } = captured.service.config;
      this.#connectTimer = setTimeout(() => this.fail("connect-timeout"), connectTimeoutMs);
    }
    this.#detach.push(
      attach(origin, {
        connect: () => {
          isConnected = true;
          clearTimeout(this.#connectTimer);
          this.#silence.heard();
        },
        data: (chunk) => {
          this.#silence.heard();
          this.#answers.take(chunk);
        },
        end: () => this.#answers.end(),
        drain: () => this.#requests.continue(),
        error: ({ code }) => this.fail(classify(code, "origin", isConnected), "origin", code),
      }),
    );
    origin.once("close", () => this.#onClose());
    return origin;
  }

  #onSilence(): void {
    if (this.origin?.connecting === true) return this.#silence.heard();
    const isAtRest = this.isOpen && this.exchanges.length === 0 && this.#requests.isAtRest;
    if (isAtRest) this.close({ ended: "idle" });
    else this.fail(this.client.readableEnded ? "half-close-timeout" : "idle");
  }

  /** Nothing is taken from either side any more; what was still asked for has a line. */
  #stop(how: How): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#release();
    this.client.on("error", () => this.#silence.stop());
    const unanswered = this.exchanges.splice(0);
    for (const exchange of unanswered) this.#writeLine(exchange, how);
    if (!this.#hasLine) writeLine(this.captured, { bytesFromClient: this.client.bytesRead, ...how });
  }

  #writeLine(exchange: Exchange, how: How): void {
    this.#hasLine = true;
    this.captured.url = this.exchanges[0]?.url;
    writeLine(this.captured, { ...exchange.describe(), ...how }, exchange);
  }

  #release(): void {
    for (const detach of this.#detach.splice(0)) detach();
    clearTimeout(this.#connectTimer);
    this.#requests.stop();
    this.#silence.stop();
  }

  #onClose(): void {
    if (!this.client.closed) return;
    this.#silence.stop();
    if (this.origin?.closed ?? true) this.captured.service.connections.delete(this.client);
  }
}
