import type { IncomingMessage, request, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { canonicalAddress, canonicalHost } from "./addresses.ts";
import { askOrigin } from "./ask-origin.ts";
import { blockPageFields, type BlockPages } from "./block-page.ts";
import { judgeOf } from "./client-judge.ts";
import { connectOrigin } from "./connect-origin.ts";
import { errorCode } from "./error-code.ts";
import { forwardsLeft, isChunked } from "./message-fields.ts";
import { passAnswer } from "./pass-answer.ts";
import type { Verdict } from "./policy/judge.ts";
import { clientGone, describeEnd, Refusal } from "./refusal.ts";
import { classify } from "./relay.ts";
import { parseAbsoluteForm, type Target } from "./request-target.ts";
import { reset } from "./reset.ts";
import type { Listened } from "./service.ts";
import type { Endpoint } from "./transport.ts";
import { toVisibleAscii } from "./visible-ascii.ts";

/** A client's request, and what it is to be answered with. */
export interface Exchange {
  readonly question: IncomingMessage;
  readonly answer: ServerResponse;
}

/**
 * Forwards one request to its origin, on a connection of its own, and the answer back; each no faster
 * than the other side takes it. Logs it, leaves no socket to the origin, and never rejects.
 */
export async function forwardRequest(
  exchange: Exchange,
  send: typeof request,
  service: Listened,
): Promise<void> {
  await new Promise<void>((resolve) => forward(exchange, send, service, resolve));
}

/** What the lines of a client's requests have of its bytes so far. */
const bytesLogged = new WeakMap<Socket, number>();

function forward(exchange: Exchange, send: typeof request, service: Listened, onEnd: () => void): void {
  const [startedMs, startedAt] = [Date.now(), performance.now()];
  const { question, answer } = exchange;
  const client = question.socket;
  const { remoteAddress = "", remotePort = 0 } = client;
  const gone = new AbortController();
  let origin: Socket | undefined;
  let refusal: Refusal | undefined;
  let destination: Endpoint | undefined;
  let rule: string | undefined;
  const writtenBefore = client.bytesWritten;

  const end = (): void => {
    if (gone.signal.aborted) return;
    gone.abort();
    client.off("close", end);
    origin?.destroy();
    if (!answer.writableFinished) refusal ??= clientGone();
    // What is left of a body that nobody wants any more is between the client and its next request.
    question.unpipe();
    question.resume();
    const bytesFromClient = client.bytesRead - (bytesLogged.get(client) ?? 0);
    bytesLogged.set(client, client.bytesRead);
    service.access({
      event: "request",
      startedMs,
      durationMs: Math.round(performance.now() - startedAt),
      client: { address: canonicalAddress(remoteAddress), port: remotePort },
      destination,
      method: question.method,
      url: toVisibleAscii(question.url ?? ""),
      status: answer.headersSent ? answer.statusCode : undefined,
      ...describeEnd(refusal, rule),
      bytesFromClient,
      bytesToClient: client.bytesWritten - writtenBefore,
    });
    onEnd();
  };
  const fail = (error: unknown): void => {
    if (gone.signal.aborted || refusal !== undefined) return;
    refusal = error instanceof Refusal ? error : brokenOff(error);
    // Half an answer must not look like a whole one.
    if (answer.headersSent) reset(client);
    else if (refusal.reason === "blocked") block(exchange, service.policy.pages, rule);
    else refuse(exchange, refusal);
  };

  client.once("close", end);
  answer.once("close", end);
  question.on("error", () => {});
  answer.on("error", fail);
  answer.on("timeout", () => fail(new Refusal(504, "idle", "Nothing has moved for too long.")));

  const connectAndAsk = async (): Promise<void> => {
    const to = targetOf(question);
    const verdict = judgeTarget(to, question, service);
    ({ rule } = verdict);
    if (verdict.action === "block") throw new Refusal(403, "blocked", "The site's rules don't allow it.");
    ({ socket: origin, endpoint: destination } = await connectOrigin(
      to,
      remoteAddress,
      gone.signal,
      service,
    ));
    const outgoing = askOrigin(question, to, origin, send);
    passAnswer(outgoing, exchange, fail);
  };
  connectAndAsk().catch(fail);
}

/** Where the request goes, if this proxy is to take it there, and can. */
function targetOf(question: IncomingMessage): Target {
  const { method = "", url = "", headers } = question;
  const to = parseAbsoluteForm(url, method);
  if (to === undefined) {
    const hint = "This is a proxy: it takes http://host/path, and CONNECT host:port.";
    throw new Refusal(400, "malformed", hint);
  }
  if (isChunked(question) === undefined) {
    const coding = headers["transfer-encoding"];
    throw new Refusal(501, "malformed", `The transfer coding "${coding}" isn't known here.`);
  }
  if (forwardsLeft(question) === 0) {
    throw new Refusal(method === "TRACE" ? 501 : 200, "last-hop", "The request goes no further.");
  }
  return to;
}

function judgeTarget(to: Target, { method, socket }: IncomingMessage, service: Listened): Verdict {
  const { host, port, path } = to;
  return judgeOf(socket, service).judge({ method, host: canonicalHost(host), port, path });
}

function block({ question, answer }: Exchange, pages: BlockPages, rule: string | undefined): void {
  // As below.
  if (question.headers.expect !== undefined) answer.shouldKeepAlive = false;
  const page = pages.page(rule);
  answer.writeHead(403, { ...blockPageFields, "Content-Length": page.length });
  answer.end(page);
}

function refuse({ question, answer }: Exchange, { status, message }: Refusal): void {
  const text = `${message}\n`;
  // A client that waits for a 100 may now send its body or not.
  if (question.headers.expect !== undefined) answer.shouldKeepAlive = false;
  answer.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
  });
  answer.end(text);
}

function brokenOff(error: unknown): Refusal {
  const code = errorCode(error);
  return new Refusal(502, classify(code, "origin", true), `The origin broke off (${code}).`, code);
}
