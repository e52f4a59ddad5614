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

/** The site's limit is for requests: what an origin says is as long as it likes, within reason. */
export const maxAnswerHeadBytes = 256 * 1024;

/** An answer as far as a proxy that passes it on byte for byte wants it. */
export interface AnswerHead {
  readonly headLength: number;
  readonly status: number;
  readonly body: "none" | "length" | "chunked" | "until-close";
  /** 0 unless the body has a length. */
  readonly contentLength: number;
  readonly keepAlive: boolean;
  /** 101, or 2xx to CONNECT. */
  readonly switchesProtocols: boolean;
}

interface Fields {
  contentLength?: number;
  isChunked: boolean;
  wantsClose: boolean;
  wantsKeepAlive: boolean;
}

interface StatusLine {
  readonly minor: 0 | 1;
  readonly status: number;
}

const versionStart = "HTTP/1.";

/**
 * Reads an answer's head (RFC 9110, RFC 9112) to a request with this method: lenient where only the client is
 * concerned, never in framing. The twin of http_parse_answer() in proxy/addon/engine.
 */
export function parseAnswer(data: Buffer, limit: number, method: string): AnswerHead | "more" | Refusal {
  return readHead(data, limit, true, (reader) => readAnswer(reader, method));
}

function readAnswer(reader: HeadReader, method: string): AnswerHead {
  reader.skipEmptyLines();
  const line = readStatusLine(reader);
  const fields: Fields = { isChunked: false, wantsClose: false, wantsKeepAlive: false };
  for (const field of reader.readFields()) takeField(field, fields);
  const { status, minor } = line;
  const switchesProtocols = status === 101 || (method === "CONNECT" && status >= 200 && status < 300);
  const body = switchesProtocols ? "none" : bodyOf(line, method, fields);
  const hasFraming = fields.isChunked || (fields.contentLength ?? 0) > 0;
  // Neither has a body (RFC 9110, 8.6 and 15.3.5), but a careless reader waits for one.
  const deniesFraming = hasFraming && (status < 200 || status === 204);
  const isAmbiguous =
    reader.bareLfSeen || deniesFraming || (fields.isChunked && fields.contentLength !== undefined);
  const wantsKeepAlive = !fields.wantsClose && (minor > 0 || fields.wantsKeepAlive);
  return {
    headLength: reader.at,
    status,
    body,
    contentLength: body === "length" ? (fields.contentLength ?? 0) : 0,
    keepAlive: wantsKeepAlive && body !== "until-close" && !switchesProtocols && !isAmbiguous,
    switchesProtocols,
  };
}

/** RFC 9112, 4; the reason may be missing with its space. */
function readStatusLine(reader: HeadReader): StatusLine {
  const minor = readVersion(reader);
  const rest = reader.readLine().slice(versionStart.length + 1);
  const [, digits] = /^ ([1-9][0-9]{2})(?: [^]*)?$/.exec(rest) ?? [];
  if (digits === undefined) refuse(400, "status-line");
  if (rest.includes("\r")) refuse(400, "bare-cr");
  if (rest.includes("\0")) refuse(400, "control-character");
  return { minor, status: Number(digits) };
}

/** Says so as soon as the first bytes can't be a version. */
function readVersion({ text, at }: HeadReader): 0 | 1 {
  const version = text.slice(at, at + versionStart.length + 1);
  const start = version.slice(0, versionStart.length);
  if (!versionStart.startsWith(start)) {
    const isOtherHttp = /^HTTP\/[0-9]/.test(start) && start[5] !== "1";
    refuse(isOtherHttp ? 505 : 400, isOtherHttp ? "version" : "not-http");
  }
  const minor = version[versionStart.length];
  if (minor === undefined) wantMore();
  if (minor === "0") return 0;
  return minor === "1" ? 1 : refuse(505, "version");
}

function takeField({ name, value }: Field, fields: Fields): void {
  switch (name) {
    case "connection":
      for (const option of itemsOf(value)) {
        fields.wantsClose ||= option === "close";
        fields.wantsKeepAlive ||= option === "keep-alive";
      }
      break;
    case "content-length":
      // RFC 9110, 8.6: the same length may have been said twice, in fields or in a list.
      for (const item of itemsOf(value)) {
        const length = parseLength(item) ?? refuse(400, "content-length");
        if (length !== (fields.contentLength ?? length)) refuse(400, "two-content-lengths");
        fields.contentLength = length;
      }
      break;
    case "transfer-encoding":
      if (fields.isChunked) refuse(400, "two-transfer-encodings");
      if (value.toLowerCase() !== "chunked") refuse(501, "transfer-coding");
      fields.isChunked = true;
      break;
  }
}

/** RFC 9112, 6.3 */
function bodyOf({ status, minor }: StatusLine, method: string, fields: Fields): AnswerHead["body"] {
  if (status < 200 || status === 204 || status === 304 || method === "HEAD") return "none";
  // Of HTTP/1.0, some readers know it and some don't: either gets all that comes.
  if (fields.isChunked) return minor > 0 ? "chunked" : "until-close";
  if (fields.contentLength === undefined) return "until-close";
  return fields.contentLength > 0 ? "length" : "none";
}
