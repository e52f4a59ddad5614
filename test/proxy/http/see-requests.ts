import { ChunkScanner } from "../../../proxy/src/http/chunks.ts";
import { parseRequest, type RequestHead } from "../../../proxy/src/http/request-head.ts";
import type { Seen } from "./haproxy.ts";

/** What our parser sees in a connection's bytes. */
export interface Sight {
  readonly requests: readonly Seen[];
  /** Why there are no more: what was refused, "more" where something is missing, or that it closes. */
  readonly end: string;
}

export function seeRequests(bytes: Buffer): Sight {
  const requests: Seen[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const head = parseRequest(rest, 65_536);
    if (head === "more") return { requests, end: head };
    if ("why" in head) return { requests, end: head.why };
    const body = readBody(rest.subarray(head.headLength), head);
    if (typeof body === "string") return { requests, end: body };
    const { method, host, port, path } = head;
    requests.push({ method, host, port: method === "CONNECT" ? 80 : port, path, bodyBytes: body.dataBytes });
    if (!head.keepAlive || method === "CONNECT") return { requests, end: "closes" };
    rest = rest.subarray(head.headLength + body.length);
  }
  return { requests, end: "all" };
}

interface Body {
  readonly length: number;
  readonly dataBytes: number;
}

function readBody(rest: Buffer, head: RequestHead): Body | "more" | "broken-chunks" {
  if (head.body !== "chunked") {
    const isThere = rest.length >= head.contentLength;
    return isThere ? { length: head.contentLength, dataBytes: head.contentLength } : "more";
  }
  const scanner = new ChunkScanner();
  const length = scanner.pass(rest);
  if (length === "broken") return "broken-chunks";
  return scanner.isWhole ? { length, dataBytes: dataBytesIn(rest) } : "more";
}

/** Of a body that was found to be right. */
function dataBytesIn(body: Buffer): number {
  let total = 0;
  for (let at = 0; ;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    if (size === 0) return total;
    total += size;
    at = lineEnd + 2 + size + 2;
  }
}
