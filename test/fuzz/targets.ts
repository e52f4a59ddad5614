import type { BytesCase } from "../proxy/twins/bytes-case.ts";
import { readVectors } from "../proxy/http/vectors.ts";
import {
  extension,
  hello,
  helloMessage,
  postQuantumKeyShare,
  records,
  serverName,
  vector,
} from "../proxy/tls/hello-bytes.ts";
import { textMutations, type Mutation } from "./mutate.ts";
import type { Random } from "./random.ts";

/** A parser that has a twin, and what it is fed. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  readonly words: readonly Buffer[];
  readonly mutations: readonly Mutation[];
  /** How an input is judged; the lines of a target whose bytes come in pieces must all be the same. */
  casesOf(data: Buffer): BytesCase[];
  readonly comesInPieces: boolean;
}

const headWords = [
  ..."\r\n,\r\n\r\n,\r\n ,: ,HTTP/1.1,HTTP/1.0,HTTP/2.0,close,keep-alive,chunked,identity,Content-Length: 5\r\n".split(
    ",",
  ),
  ..."Content-Length: ,Transfer-Encoding: chunked\r\n,Transfer-Encoding: ,Connection: close\r\n".split(","),
  ..."Connection: ,Upgrade: websocket\r\n,Upgrade: h2c\r\n,Upgrade: ,9007199254740991".split(","),
];
const requestWords = [
  ..."GET ,OPTIONS ,CONNECT ,PRI * HTTP/2.0\r\n,http://,https://,http://a/,* ,/ ,a:443 ,:80,[::1],..".split(
    ",",
  ),
  ..."Host: a\r\n,Host: ,a.example,Expect: 100-continue\r\n,#".split(","),
];
const answerWords = "HTTP/1.1 200 OK\r\n,HTTP/1.0 ,101 ,204 ,304 ,100 Continue\r\n\r\n,5\\, 5".split(",");
const chunkWords = ["0\r\n\r\n", "5\r\nhello\r\n", "\r\n", "1fffffffffffff", ";a=b", "A: b\r\n", "0\r\n"];
const helloWords = [
  serverName("a.example"),
  extension(0xfe0d, Buffer.from([1, 2])),
  extension(0x4a4a),
  Buffer.from("1603010005", "hex"),
  Buffer.from("160303", "hex"),
  Buffer.from("0000", "hex"),
  Buffer.from("00000009000700000461", "hex"),
  Buffer.from("fe0d", "hex"),
];

export const targets: readonly Target[] = [
  {
    name: "requests",
    seeds: ["requests", "request-targets", "request-framing", "request-shapes"].flatMap(inputsOf),
    words: [...headWords, ...requestWords].map(toBytes),
    mutations: textMutations,
    casesOf: (data) => [{ kind: "q", limit: limitFor(data), step: stepFor(data), data }],
    comesInPieces: false,
  },
  {
    name: "answers",
    seeds: inputsOf("answers"),
    words: [...headWords, ...answerWords].map(toBytes),
    mutations: textMutations,
    casesOf: (data) =>
      (["a", "A", "C"] as const).map((kind) => ({ kind, limit: limitFor(data), step: stepFor(data), data })),
    comesInPieces: false,
  },
  {
    name: "chunks",
    seeds: inputsOf("chunks"),
    words: chunkWords.map(toBytes),
    mutations: textMutations,
    casesOf: (data) => [65_536, 1, 2 + (sum(data) % 9)].map((limit) => ({ kind: "c", limit, step: 1, data })),
    comesInPieces: true,
  },
  {
    name: "hellos",
    seeds: helloSeeds(),
    words: helloWords,
    mutations: [splitIntoRecords, correctLengths],
    casesOf: (data) => [{ kind: "h", limit: 0, step: stepFor(data), data }],
    comesInPieces: false,
  },
];

function inputsOf(vectors: string): Buffer[] {
  return readVectors(vectors).map(({ input }) => input);
}

function helloSeeds(): Buffer[] {
  const extensions = [
    extension(0x4a4a),
    serverName("www.example.org"),
    extension(0xfe0d, Buffer.alloc(40, 7)),
    postQuantumKeyShare(),
  ];
  return [
    hello(...extensions),
    hello(...extensions.slice(0, 3)),
    records(helloMessage(), 40),
    records(helloMessage(), 1),
    records(helloMessage({ extensions: undefined, version: 0x0301 })),
    hello(extension(0, vector(2, Buffer.from([1, 0, 1, 0x61, 0, 0, 1, 0x61])))),
  ];
}

function splitIntoRecords(data: Buffer, random: Random): Buffer {
  return records(messageIn(data), 1 + random.below(data.length + 1));
}

/** Makes the message, and its extensions, as long as they say that they are. */
function correctLengths(data: Buffer): Buffer {
  const message = messageIn(data);
  if (message.length < 4) return data;
  message.writeUIntBE(message.length - 4, 1, 3);
  let at = 38;
  for (const [bytes] of [[1], [2], [1]] as const) {
    if (at + bytes > message.length) return records(message);
    at += bytes + message.readUIntBE(at, bytes);
  }
  if (at + 2 <= message.length) message.writeUInt16BE((message.length - at - 2) & 0xffff, at);
  return records(message);
}

/** What is in the records, as far as they are ones. */
function messageIn(data: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 5 <= data.length; at += 5 + data.readUInt16BE(at + 3))
    parts.push(data.subarray(at + 5, at + 5 + data.readUInt16BE(at + 3)));
  return Buffer.concat(parts);
}

function toBytes(word: string): Buffer {
  return Buffer.from(word.replaceAll("\\,", ","), "latin1");
}

/** Mostly as in life, sometimes near the input's own length. */
function limitFor(data: Buffer): number {
  return sum(data) % 8 === 0 ? Math.max(1, data.length - (sum(data) % 40)) : 65_536;
}

/** Some 16 beginnings. */
function stepFor(data: Buffer): number {
  return 1 + Math.floor(data.length / 16);
}

function sum(data: Buffer): number {
  return data.reduce((total, byte) => (total * 31 + byte) >>> 0, data.length);
}
