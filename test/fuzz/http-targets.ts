import { readEscapes } from "../proxy/http/escapes.ts";
import { readVectors } from "../proxy/http/vectors.ts";
import { stepFor, sumOf } from "./input-options.ts";
import { textMutations } from "./mutate.ts";
import { openParserTrier } from "./parser-trier.ts";
import type { Target } from "./targets.ts";

/** A word a line, with escapes. */
const headWords = readWords(String.raw`
\r\n
\r\n\r\n
\r\n\x20
:\x20
HTTP/1.1
HTTP/1.0
HTTP/2.0
close
keep-alive
chunked
identity
9007199254740991
Content-Length:\x20
Content-Length: 5\r\n
Transfer-Encoding:\x20
Transfer-Encoding: chunked\r\n
Connection:\x20
Connection: close\r\n
Upgrade:\x20
Upgrade: websocket\r\n
Upgrade: h2c\r\n`);
const requestWords = readWords(String.raw`
GET\x20
OPTIONS\x20
CONNECT\x20
PRI * HTTP/2.0\r\n
http://
https://
http://a/
*\x20
/\x20
#
a:443\x20
:80
[::1]
..
a.example
Host:\x20
Host: a\r\n
Expect: 100-continue\r\n`);
const answerWords = readWords(String.raw`
HTTP/1.1 200 OK\r\n
HTTP/1.0\x20
101
204
304
5, 5
HTTP/1.1 100 Continue\r\n\r\n`);
const chunkWords = readWords(String.raw`
0\r\n
0\r\n\r\n
5\r\nhello\r\n
1fffffffffffff
;a=b
A: b\r\n`);

export const httpTargets: readonly Target[] = [
  {
    name: "requests",
    seeds: ["requests", "request-targets", "request-framing", "request-shapes"].flatMap(inputsOf),
    words: [...headWords, ...requestWords],
    mutations: textMutations,
    open: () =>
      openParserTrier({
        casesOf: (data) => [{ kind: "q", limit: limitFor(data), step: stepFor(data), data }],
        comesInPieces: false,
      }),
  },
  {
    name: "answers",
    seeds: inputsOf("answers"),
    words: [...headWords, ...answerWords],
    mutations: textMutations,
    open: () =>
      openParserTrier({
        casesOf: (data) =>
          (["a", "A", "C"] as const).map((kind) => ({
            ...{ kind, limit: limitFor(data), step: stepFor(data), data },
          })),
        comesInPieces: false,
      }),
  },
  {
    name: "chunks",
    seeds: inputsOf("chunks"),
    words: chunkWords,
    mutations: textMutations,
    open: () =>
      openParserTrier({
        casesOf: (data) =>
          [65_536, 1, 2 + (sumOf(data) % 9)].map((limit) => ({ kind: "c", limit, step: 1, data })),
        comesInPieces: true,
      }),
  },
];

function inputsOf(vectors: string): Buffer[] {
  return readVectors(vectors).map(({ input }) => input);
}

function readWords(lines: string): Buffer[] {
  return lines.trim().split("\n").map(readEscapes);
}

/** Mostly as in life, sometimes near the input's own length. */
function limitFor(data: Buffer): number {
  return sumOf(data) % 8 === 0 ? Math.max(1, data.length - (sumOf(data) % 40)) : 65_536;
}
