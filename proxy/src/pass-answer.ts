import type { ClientRequest, IncomingMessage } from "node:http";
import { forwardedFields, forwardedTrailers, isChunked } from "./message-fields.ts";
import { Refusal } from "./refusal.ts";
import type { Exchange } from "./forward-request.ts";

/**
 * Passes an origin's answer on as it comes in, and before it a 100 (RFC 9110, 10.1.1); other interim
 * answers are hints, and end here. Calls `onError` when the answer breaks off or can't be passed on.
 */
export function passAnswer(
  outgoing: ClientRequest,
  { question, answer }: Exchange,
  onError: (error: unknown) => void,
): void {
  let continued = false;
  outgoing.on("error", onError);
  outgoing.on("continue", () => {
    if (question.httpVersion !== "1.1" || answer.headersSent) return;
    continued = true;
    answer.writeContinue();
  });
  outgoing.once("response", (incoming: IncomingMessage) => {
    incoming.on("error", onError);
    // The client may now send its body or not; what comes next couldn't be told apart.
    if (question.headers.expect !== undefined && !continued) answer.shouldKeepAlive = false;
    try {
      pass(incoming, { question, answer });
    } catch (error) {
      onError(error);
    }
  });
}

function pass(incoming: IncomingMessage, { question, answer }: Exchange): void {
  const { statusCode = 502, statusMessage } = incoming;
  const chunked = isChunked(incoming);
  if (chunked === undefined) throw new Refusal(502, "failed", "The origin's transfer coding isn't known.");
  const hasBody = question.method !== "HEAD" && statusCode !== 204 && statusCode !== 304;
  // Node chunks it again, if the client knows of chunks; only behind chunks can there be trailers.
  const trailersGoOn = chunked && hasBody && question.httpVersion === "1.1";
  answer.writeHead(statusCode, statusMessage, forwardedFields(incoming, trailersGoOn));
  answer.flushHeaders();
  if (trailersGoOn) incoming.once("end", () => answer.addTrailers(forwardedTrailers(incoming)));
  incoming.pipe(answer);
}
