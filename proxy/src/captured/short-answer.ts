const phrases: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  505: "HTTP Version Not Supported",
};

/**
 * The last answer, to a request that isn't passed on for what it is, not for what it asks for.
 * @param why A short phrase in lower case, as the access log has it.
 */
export function shortAnswer(status: number, why: string, withBody = true): Buffer {
  const text = `This router's proxy doesn't pass the request on (${why}).\n`;
  const head = [
    `HTTP/1.1 ${status} ${phrases[status] ?? "Refused"}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${text.length}`,
    "Cache-Control: no-store",
    "Connection: close",
    "\r\n",
  ].join("\r\n");
  return Buffer.from(withBody ? head + text : head);
}
