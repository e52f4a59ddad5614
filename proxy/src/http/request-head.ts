import { parseAuthority, type Authority } from "./authority.ts";
import {
  itemsOf,
  parseLength,
  readHead,
  refuse,
  wantMore,
  type Field,
  type HeadReader,
  type Refusal,
} from "./head-reader.ts";

/** A request as it is judged and framed: what two readers could take differently is refused instead. */
export interface RequestHead {
  /** With the empty line, and empty lines before it. */
  readonly headLength: number;
  readonly method: string;
  /** As sent, whatever its form. */
  readonly target: string;
  /** From the target, else the Host field, in any case; "" if there is neither (HTTP/1.0). */
  readonly host: string;
  /** 80 if it isn't said. */
  readonly port: number;
  /** Path and query; "" for `OPTIONS *` and CONNECT. */
  readonly path: string;
  readonly minor: 0 | 1;
  readonly body: "none" | "length" | "chunked";
  readonly contentLength: number;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly upgrade: Upgrade;
}

/** What the connection is asked to become; of several the one that hides most. */
export type Upgrade = "none" | "websocket" | "h2c" | "other";

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly minor: 0 | 1;
}

interface Target {
  readonly authority: Authority | undefined;
  readonly path: string;
}

/** What the fields say, until all of them are known. */
interface Fields {
  host?: Authority;
  contentLength?: number;
  coding?: "chunked";
  wantsClose: boolean;
  wantsKeepAlive: boolean;
  expectsContinue: boolean;
  upgrade: Upgrade;
}

const methodLimit = 32;
const methodSoFar = /[!#$%&'*+.^_`|~0-9A-Za-z-]{0,33}/y;
/** Visible ASCII, but no fragment. */
const targetSoFar = /^[!"$-~]*/;
/** What frames a message must not be taken away by who forwards it (RFC 9110, 7.6.1). */
const neverOptions = new Set(["host", "content-length", "transfer-encoding"]);

/**
 * Reads a request's head (RFC 9110, RFC 9112) from the first bytes: a head of at most `limit` bytes, "more" if
 * it isn't all there yet, or why it is refused. The twin of http_parse_request() in proxy/addon/engine.
 */
export function parseRequest(data: Buffer, limit: number): RequestHead | "more" | Refusal {
  return readHead(data, limit, false, readRequest);
}

function readRequest(reader: HeadReader): RequestHead {
  reader.skipEmptyLines();
  const line = readRequestLine(reader);
  const target = parseTarget(line);
  const fields: Fields = {
    wantsClose: false,
    wantsKeepAlive: false,
    expectsContinue: false,
    upgrade: "none",
  };
  for (const field of reader.readFields()) takeField(field, fields);
  const authority = settleHost(line, target, fields.host);
  return {
    headLength: reader.at,
    ...line,
    host: authority?.host ?? "",
    port: authority?.port ?? 80,
    path: target.path,
    body: settleBody(line, fields),
    contentLength: fields.contentLength ?? 0,
    keepAlive: !fields.wantsClose && (line.minor > 0 || fields.wantsKeepAlive),
    expectsContinue: line.minor > 0 && fields.expectsContinue,
    upgrade: fields.upgrade,
  };
}

function readRequestLine(reader: HeadReader): RequestLine {
  const method = readMethod(reader);
  const rest = reader.readLine().slice(method.length + 1);
  const [target = ""] = targetSoFar.exec(rest) ?? [];
  const stop = rest[target.length];
  if (stop !== undefined && stop !== " ") refuse(400, faultOfTarget(stop));
  if (target === "") refuse(400, "request-line");
  return { method, target, minor: parseVersion(rest.slice(target.length), `${method} ${target}`) };
}

/** Says so as soon as the first bytes can't be a method: who waits for a line of TLS waits for long. */
function readMethod({ text, at }: HeadReader): string {
  methodSoFar.lastIndex = at;
  const [method = ""] = methodSoFar.exec(text) ?? [];
  if (method.length > methodLimit) refuse(400, "not-http");
  const stop = text[at + method.length];
  if (stop === undefined) wantMore();
  if (method === "" || stop !== " ") refuse(400, "not-http");
  return method;
}

function faultOfTarget(byte: string): string {
  if (byte === "\r") return "bare-cr";
  if (byte === "#") return "fragment";
  return byte >= "\x80" ? "target-character" : "control-character";
}

function parseVersion(version: string, before: string): 0 | 1 {
  if (version === " HTTP/1.1") return 1;
  if (version === " HTTP/1.0") return 0;
  if (!/^ HTTP\/[^]\.[^]$/.test(version)) refuse(400, "request-line");
  // RFC 9113, 3.4
  return refuse(505, `${before}${version}` === "PRI * HTTP/2.0" ? "h2c-preface" : "version");
}

/** RFC 9112, 3.2 */
function parseTarget({ method, target }: RequestLine): Target {
  if (method === "CONNECT") {
    const authority = parseAuthority(target);
    return authority?.port === undefined ? refuse(400, "target-authority") : { authority, path: "" };
  }
  if (target.startsWith("/")) return { authority: undefined, path: target };
  const [whole, written = "", path = ""] = /^http:\/\/([^/]*)(.*)$/i.exec(target) ?? [];
  if (whole !== undefined) {
    // Without a path, OPTIONS asks about the server.
    const asked = path === "" && method !== "OPTIONS" ? "/" : path;
    const { host, port = 80 } = parseAuthority(written) ?? refuse(400, "target-authority");
    return { authority: { host, port }, path: asked };
  }
  return method === "OPTIONS" && target === "*"
    ? { authority: undefined, path: "" }
    : refuse(400, "target-form");
}

function takeField({ name, value }: Field, fields: Fields): void {
  switch (name) {
    case "host":
      if (fields.host !== undefined) refuse(400, "two-hosts");
      fields.host = parseAuthority(value) ?? refuse(400, "host");
      break;
    case "connection":
      takeConnection(itemsOf(value), fields);
      break;
    case "transfer-encoding":
      if (fields.coding !== undefined) refuse(400, "two-transfer-encodings");
      fields.coding = parseCoding(value.toLowerCase());
      break;
    case "content-length":
      if (fields.contentLength !== undefined) refuse(400, "two-content-lengths");
      fields.contentLength = parseLength(value) ?? refuse(400, "content-length");
      break;
    case "expect":
      fields.expectsContinue = value.toLowerCase() === "100-continue";
      break;
    case "upgrade":
      fields.upgrade = itemsOf(value).reduce(worstUpgrade, fields.upgrade);
      break;
  }
}

function takeConnection(options: readonly string[], fields: Fields): void {
  for (const option of options) {
    if (option === "close") fields.wantsClose = true;
    else if (option === "keep-alive") fields.wantsKeepAlive = true;
    else if (neverOptions.has(option)) refuse(400, "connection-option");
  }
}

function parseCoding(value: string): "chunked" {
  if (value === "chunked") return value;
  if (value === "" || value.includes("chunked")) refuse(400, "transfer-encoding");
  return refuse(501, "transfer-coding");
}

/** Whether Connection says so, too, isn't asked: not everybody does. */
function worstUpgrade(worst: Upgrade, protocol: string): Upgrade {
  if (protocol === "" || worst === "h2c") return worst;
  if (protocol === "h2c") return "h2c";
  if (protocol !== "websocket") return "other";
  return worst === "none" ? "websocket" : worst;
}

/** RFC 9112, 3.2: the target counts, but as the Host field goes on, too, it must say the same. */
function settleHost(line: RequestLine, target: Target, field: Authority | undefined): Authority | undefined {
  if (field === undefined) return line.minor > 0 ? refuse(400, "no-host") : target.authority;
  if (target.authority === undefined) return field;
  const { host, port } = target.authority;
  const fieldPort = field.port ?? (line.method === "CONNECT" ? port : 80);
  const isSame = fieldPort === port && field.host.toLowerCase() === host.toLowerCase();
  return isSame ? target.authority : refuse(400, "host-and-target");
}

/** RFC 9112, 6.1 and 6.3 */
function settleBody(line: RequestLine, { coding, contentLength }: Fields): RequestHead["body"] {
  if (coding !== undefined && contentLength !== undefined)
    refuse(400, "content-length-and-transfer-encoding");
  if (coding !== undefined && line.minor === 0) refuse(400, "transfer-encoding-in-1.0");
  const body = coding ?? ((contentLength ?? 0) > 0 ? "length" : "none");
  if (line.method === "CONNECT" && body !== "none") refuse(400, "connect-with-body");
  return body;
}
