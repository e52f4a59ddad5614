import { maxAnswerHeadBytes, parseAnswer, type AnswerHead } from "../http/answer-head.ts";
import type { Exchange } from "./exchange.ts";
import type { HttpConnection } from "./http-connection.ts";
import { MessageReader, type Part } from "./message-reader.ts";

/** From the origin to the client: finds the end of each answer, so that none gets mixed with another. */
export class AnswerFlow {
  readonly #connection: HttpConnection;
  readonly #reader: MessageReader<AnswerHead>;
  /** Of the final answer that is coming. */
  #head: AnswerHead | undefined;

  constructor(connection: HttpConnection) {
    this.#connection = connection;
    this.#reader = new MessageReader(maxAnswerHeadBytes);
  }

  take(chunk: Buffer): void {
    this.#reader.push(chunk);
    const { client, exchanges } = this.#connection;
    client.cork();
    while (this.#connection.isOpen && this.#reader.isInside) {
      const [exchange] = exchanges;
      if (exchange?.isAsked !== true) {
        // Nobody has asked: a farewell, or an answer to what would come next.
        this.#connection.close({ ended: "closed", by: "origin" });
        break;
      }
      const part = this.#reader.read((bytes, limit) => parseAnswer(bytes, limit, exchange.method ?? ""));
      if (part === undefined) break;
      this.#pass(exchange, part);
    }
    client.uncork();
  }

  /** The origin has sent its end. */
  end(): void {
    const [exchange] = this.#connection.exchanges;
    if (exchange !== undefined && this.#head?.body === "until-close")
      return this.#finish(exchange, this.#head);
    const isBetween = this.#head === undefined && !this.#reader.isInside && !exchange?.bytesToClient;
    if (isBetween) this.#connection.close({ ended: "closed", by: "origin" });
    else this.#connection.fail("failed", "origin");
  }

  /** What has come and isn't passed on. */
  takeRest(): Buffer {
    return this.#reader.takeRest();
  }

  #pass(exchange: Exchange, part: Part<AnswerHead>): void {
    if (part.kind === "refused") return this.#connection.fail("failed", "origin", part.refusal.why);
    if (part.kind === "head" && part.head.switchesProtocols) {
      if (!exchange.awaitsSwitch) return this.#connection.fail("failed", "origin", "not-asked-to-switch");
      exchange.status = part.head.status;
      this.#connection.tell(exchange, part.bytes);
      return this.#connection.becomeRaw(exchange);
    }
    this.#connection.tell(exchange, part.bytes);
    if (part.kind === "head" && part.head.status === 100) exchange.awaitsContinue = false;
    // RFC 9110, 15.2: those of 1xx come before the answer.
    if (part.kind === "head" && part.head.status >= 200) {
      exchange.status = part.head.status;
      this.#head = part.head;
    }
    if (part.isLast && this.#head !== undefined) this.#finish(exchange, this.#head);
  }

  #finish(exchange: Exchange, head: AnswerHead): void {
    this.#head = undefined;
    // A client that still waits may send its body now or not: what came next couldn't be told apart.
    this.#connection.finish(exchange, head.keepAlive && !exchange.awaitsContinue);
  }
}
