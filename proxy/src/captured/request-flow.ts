import { parseRequest, type RequestHead } from "../http/request-head.ts";
import { Exchange, type Reply } from "./exchange.ts";
import { checkHost } from "./host-belongs.ts";
import type { HttpConnection } from "./http-connection.ts";
import { judgeRequest, mayBeOther } from "./judge-request.ts";
import { MessageReader, type Part } from "./message-reader.ts";

/** Requests in flight; a client that sends more of them is not read on (RFC 9112, 9.3.2). */
const maxInFlight = 32;

/** From the client to the origin: takes requests apart, judges them, and passes on what is allowed. */
export class RequestFlow {
  readonly #connection: HttpConnection;
  readonly #reader: MessageReader<RequestHead>;
  /** The request whose body is coming. */
  #asking: Exchange | undefined;
  /** `waiting`: for the host check, or for what an upgrade comes to. `over`: no more are taken. */
  #state: "taking" | "waiting" | "over" = "taking";
  #isFirst = true;
  #originIsFull = false;
  #clientHasEnded = false;
  #headTimer: NodeJS.Timeout | undefined;

  constructor(connection: HttpConnection) {
    this.#connection = connection;
    this.#reader = new MessageReader(connection.captured.service.config.http.headBytes);
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Whether no request is under way. */
  get isAtRest(): boolean {
    return this.#state !== "waiting" && !this.#reader.isInside;
  }

  take(chunk: Buffer): void {
    if (this.#state === "over") return;
    this.#reader.push(chunk);
    this.read();
  }

  end(): void {
    this.#clientHasEnded = true;
    this.read();
  }

  /** The origin takes more. */
  continue(): void {
    this.#originIsFull = false;
    this.read();
  }

  /** What was asked to become something else stays HTTP. */
  stayHttp(): void {
    if (this.#state === "waiting") this.#state = "taking";
  }

  stop(): void {
    this.#state = "over";
    clearTimeout(this.#headTimer);
  }

  /** What has come and isn't passed on. */
  takeRest(): Buffer {
    return this.#reader.takeRest();
  }

  /** Goes on as far as it may. */
  read(): void {
    let isDry = false;
    while (this.#mayRead && !isDry) {
      const part = this.#reader.read(parseRequest);
      if (part === undefined) isDry = true;
      else this.#pass(part);
    }
    const { client, isOpen } = this.#connection;
    if (!isOpen) return;
    this.#limitHead(isDry);
    if (this.#mayRead || this.#state === "over") client.resume();
    else client.pause();
    if (this.#clientHasEnded && isDry) this.#endRequests();
  }

  get #mayRead(): boolean {
    const { isOpen, exchanges } = this.#connection;
    if (!isOpen || this.#state !== "taking" || this.#originIsFull) return false;
    return this.#asking !== undefined || exchanges.length < maxInFlight;
  }

  #pass(part: Part<RequestHead>): void {
    if (part.kind === "head") this.#begin(part.head, part.bytes, part.isLast);
    else if (part.kind === "refused") this.#refuse(part.refusal.status, part.refusal.why);
    else if (this.#asking !== undefined) {
      this.#asking.bytesFromClient += part.bytes.length;
      this.#asking.awaitsContinue = false;
      this.#send(this.#asking, part.bytes, part.isLast);
    }
  }

  #begin(head: RequestHead, bytes: Buffer, isWhole: boolean): void {
    const { captured, exchanges } = this.#connection;
    this.#isFirst = false;
    const exchange = new Exchange(captured, head);
    exchange.bytesFromClient = bytes.length;
    exchanges.push(exchange);
    captured.url = exchanges[0]?.url;
    const reply = judgeRequest(captured, head, exchange);
    if (reply !== undefined) return this.#reply(exchange, reply);
    this.#state = "waiting";
    let isLater = false;
    checkHost(captured, exchange.host, (mayPass) => {
      if (!this.#connection.isOpen) return;
      this.#state = "taking";
      if (mayPass) this.#send(exchange, bytes, isWhole);
      else this.#reply(exchange, exchange.refuse(403, "host-mismatch"));
      if (isLater) this.read();
    });
    isLater = true;
  }

  #send(exchange: Exchange, bytes: Buffer, isWhole: boolean): void {
    exchange.isAsked = true;
    this.#asking = isWhole ? undefined : exchange;
    this.#originIsFull = !this.#connection.send(bytes);
    if (!isWhole) return;
    exchange.awaitsSwitch = exchange.upgrades;
    if (exchange.upgrades) this.#state = "waiting";
    else if (exchange.isLast) this.#state = "over";
  }

  /** Answers it by itself, once it is its turn. */
  #reply(exchange: Exchange, reply: Reply): void {
    exchange.reply = reply;
    if (reply.closes) this.#state = "over";
    this.#connection.advance();
  }

  /** What can't be read as a request: the site says what becomes of what isn't HTTP. */
  #refuse(status: number, why: string): void {
    const { captured, exchanges } = this.#connection;
    if (this.#asking !== undefined) {
      // Its head has gone on: who gets half a request must not take what follows for the rest.
      this.#asking.refuse(status, why);
      return this.#connection.fail("failed", "client");
    }
    if (this.#isFirst && mayBeOther(captured.service.config.http, why)) return this.#connection.becomeRaw();
    const exchange = new Exchange(captured, undefined);
    exchange.bytesFromClient = this.#reader.takeRest().length;
    exchanges.push(exchange);
    this.#reply(exchange, exchange.refuse(status, why));
  }

  /** From a head's first byte to its last there is a time. */
  #limitHead(isDry: boolean): void {
    const isInHead = isDry && this.#reader.isInside && !this.#reader.isInBody;
    if (!isInHead) {
      clearTimeout(this.#headTimer);
      this.#headTimer = undefined;
    } else if (this.#headTimer === undefined) {
      const { headTimeoutMs } = this.#connection.captured.service.config;
      this.#headTimer = setTimeout(() => this.#refuse(408, "slow"), headTimeoutMs);
    }
  }

  /** The client has sent its end; it still gets its answers. */
  #endRequests(): void {
    this.#state = "over";
    this.#connection.origin?.end();
    this.#connection.advance();
  }
}
