import { parseAnswer } from "../../../proxy/src/http/answer-head.ts";
import { ChunkScanner } from "../../../proxy/src/http/chunks.ts";
import { isWorthParsing } from "../../../proxy/src/http/head-reader.ts";
import { parseRequest } from "../../../proxy/src/http/request-head.ts";
import { parseClientHello } from "../../../proxy/src/tls/client-hello.ts";
import type { BytesCase } from "./bytes-case.ts";

/** What the TypeScript parsers say of bytes, as the line that proxy/addon/test/judge-bytes.c prints. */
export function judgeInTypeScript(bytes: BytesCase): string {
  if (bytes.kind === "c") return describeChunks(bytes);
  const line = describeHead(bytes);
  let isClear = false;
  for (let cut = 0; cut < bytes.data.length; cut += bytes.step) {
    const data = bytes.data.subarray(0, cut);
    const part = describeHead({ ...bytes, data });
    if (part === "more") continue;
    if (part !== line) return `${line}; but its first ${cut} bytes: ${part}`;
    const isWorthIt = isClear || bytes.kind === "h" || isWorthParsing(data, cut - bytes.step, bytes.limit);
    if (!isWorthIt) return `${line}; but its first ${cut} bytes are not worth it`;
    isClear = true;
  }
  return line;
}

const methods = { a: "GET", A: "HEAD", C: "CONNECT" } as const;

function describeHead({ kind, limit, data }: BytesCase): string {
  if (kind === "h") return describeHello(data);
  return kind === "a" || kind === "A" || kind === "C"
    ? describeAnswer(data, limit, methods[kind])
    : describeRequest(data, limit);
}

function describeRequest(data: Buffer, limit: number): string {
  const head = parseRequest(data, limit);
  if (head === "more") return head;
  if ("why" in head) return `${head.status} ${head.why}`;
  return [
    `head=${head.headLength} method=${head.method} target=${head.target}`,
    `host=${head.host} port=${head.port} path=${head.path} minor=${head.minor} body=${head.body}`,
    ...(head.body === "length" ? [`length=${head.contentLength}`] : []),
    head.keepAlive ? "keep-alive" : "close",
    ...(head.expectsContinue ? ["expects-continue"] : []),
    ...(head.upgrade === "none" ? [] : [`upgrade=${head.upgrade}`]),
  ].join(" ");
}

function describeAnswer(data: Buffer, limit: number, method: string): string {
  const head = parseAnswer(data, limit, method);
  if (head === "more") return head;
  if ("why" in head) return `${head.status} ${head.why}`;
  return [
    `head=${head.headLength} status=${head.status} body=${head.body}`,
    ...(head.body === "length" ? [`length=${head.contentLength}`] : []),
    head.keepAlive ? "keep-alive" : "close",
    ...(head.switchesProtocols ? ["switches-protocols"] : []),
  ].join(" ");
}

function describeChunks({ data, limit }: BytesCase): string {
  const scanner = new ChunkScanner();
  let passed = 0;
  while (passed < data.length && !scanner.isWhole) {
    const taken = scanner.pass(data.subarray(passed, passed + limit));
    if (taken === "broken") return taken;
    passed += taken;
  }
  return scanner.isWhole ? `whole=${passed}` : "more";
}

function describeHello(data: Buffer): string {
  const hello = parseClientHello(data);
  if (hello === "more") return hello;
  return "why" in hello ? `broken ${hello.why}` : `name=${hello.name}${hello.hasEch ? " ech" : ""}`;
}
