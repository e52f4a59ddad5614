import type { ClientRequest, IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { maxAnswerHeadBytes } from "./http/answer-head.ts";
import { forwardedFields, forwardedTrailers, forwardsLeft, isChunked } from "./message-fields.ts";
import type { Target } from "./request-target.ts";

/** Methods for which Node announces a body unless it is told that there is none. */
const withBody = new Set(["PATCH", "POST", "PUT"]);

/** Sends a client's request on through a connected socket, as it comes in. */
export function askOrigin(
  question: IncomingMessage,
  to: Target,
  socket: Socket,
  send: typeof request,
): ClientRequest {
  const chunked = isChunked(question) === true;
  const outgoing = send({
    method: question.method,
    path: to.path,
    headers: ["Host", to.authority, ...fieldsOf(question, chunked), "Connection", "close"],
    createConnection: () => socket,
    maxHeaderSize: maxAnswerHeadBytes,
  });
  outgoing.maxHeadersCount = 0;
  // Not with the first of the body, which may be long in coming.
  outgoing.flushHeaders();
  if (chunked) question.once("end", () => outgoing.addTrailers(forwardedTrailers(question)));
  question.pipe(outgoing);
  return outgoing;
}

function fieldsOf(question: IncomingMessage, chunked: boolean): string[] {
  const fields = forwardedFields(question, chunked);
  const left = forwardsLeft(question);
  const limit = fields.findIndex((name, index) => index % 2 === 0 && /^max-forwards$/i.test(name));
  if (left !== undefined && limit !== -1) fields[limit + 1] = String(left - 1);
  if (chunked) return [...fields, "Transfer-Encoding", "chunked"];
  const { method = "", headers } = question;
  const isEmpty = headers["content-length"] === undefined && withBody.has(method);
  return isEmpty ? [...fields, "Content-Length", "0"] : fields;
}
