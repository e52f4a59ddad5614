import {
  extension,
  hello,
  helloMessage,
  postQuantumKeyShare,
  records,
  serverName,
  vector,
} from "../proxy/tls/hello-bytes.ts";
import { stepFor } from "./input-options.ts";
import { openParserTrier } from "./parser-trier.ts";
import type { Random } from "./random.ts";
import type { Target } from "./targets.ts";

const extensions = [
  extension(0x4a4a),
  serverName("www.example.org"),
  extension(0xfe0d, Buffer.alloc(40, 7)),
  postQuantumKeyShare(),
];

export const helloTarget: Target = {
  name: "hellos",
  seeds: [
    hello(...extensions),
    hello(...extensions.slice(0, 3)),
    records(helloMessage(), 40),
    records(helloMessage(), 1),
    records(helloMessage({ extensions: undefined, version: 0x0301 })),
    hello(extension(0, vector(2, Buffer.from([1, 0, 1, 0x61, 0, 0, 1, 0x61])))),
  ],
  words: [
    serverName("a.example"),
    extension(0xfe0d, Buffer.from([1, 2])),
    extension(0x4a4a),
    ...["1603010005", "160303", "0000", "00000009000700000461", "fe0d"].map((hex) => Buffer.from(hex, "hex")),
  ],
  mutations: [splitIntoRecords, correctLengths],
  open: () =>
    openParserTrier({
      casesOf: (data) => [{ kind: "h", limit: 0, step: stepFor(data), data }],
      comesInPieces: false,
    }),
};

function splitIntoRecords(data: Buffer, random: Random): Buffer {
  return records(messageIn(data), 1 + random.below(data.length + 1));
}

/** Makes the message, and its extensions, as long as they say that they are. */
function correctLengths(data: Buffer): Buffer {
  const message = messageIn(data);
  if (message.length < 4) return data;
  message.writeUIntBE(message.length - 4, 1, 3);
  // type, length, version and random bytes; then session, ciphers and compression
  let at = 4 + 2 + 32;
  for (const bytes of [1, 2, 1]) {
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
