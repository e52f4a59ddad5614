import { connect as connectTls } from "node:tls";
import { Duplex } from "node:stream";
import test from "ava";
import { NativeJudge } from "../twins/native-judge.ts";
import { judgeInTypeScript } from "../twins/typescript-judge.ts";
import {
  extension,
  hello,
  helloMessage,
  message,
  nameOfType,
  number,
  postQuantumKeyShare,
  record,
  records,
  serverName,
  vector,
} from "./hello-bytes.ts";

let native: NativeJudge;
test.before(async () => {
  native = await NativeJudge.start();
});
test.after.always(() => native.end());

const grease = extension(0x4a4a);
const ech = extension(0xfe0d, Buffer.alloc(250, 7));
const padding = extension(21, Buffer.alloc(200));
const usual = helloMessage();
const browser = helloMessage({
  extensions: [
    grease,
    serverName("www.example.org"),
    ech,
    extension(0x002b, vector(1, Buffer.from("3a3a03040303", "hex"))),
    postQuantumKeyShare(),
    extension(0xbaba, Buffer.from([0])),
    padding,
  ],
});
const longest = `${"a.".repeat(126)}b`;

const cases: readonly (readonly [sentence: string, bytes: Buffer, said: string])[] = [
  ["its name", records(usual), "name=example.org"],
  ["no name without extensions", records(helloMessage({ extensions: undefined })), "name="],
  ["no name among no extensions", hello(), "name="],
  ["no name without SNI", hello(grease, padding), "name="],
  [
    "a browser's name, and ECH, among GREASE and post-quantum keys",
    records(browser),
    "name=www.example.org ech",
  ],
  ["ECH without a name", hello(ech), "name= ech"],
  [
    "a name behind 60,000 bytes of padding",
    records(helloMessage({ extensions: [extension(21, Buffer.alloc(60_000)), serverName("a")] })),
    "name=a",
  ],
  ["its name, split over two records", records(usual, 60), "name=example.org"],
  ["its name, in records of 7 bytes", records(usual, 7), "name=example.org"],
  ["its name, in records of 1 byte", records(usual, 1), "name=example.org"],
  ["its name, from records of later versions", records(usual, 50, 0x0303), "name=example.org"],
  ["its name, from SSL 3 records", records(usual, 50, 0x0300), "name=example.org"],
  ["the name of a TLS 1.0 hello", records(helloMessage({ version: 0x0301 })), "name=example.org"],
  ["its name without a session", records(helloMessage({ sessionId: Buffer.alloc(0) })), "name=example.org"],
  ["capitals as small letters", hello(serverName("WWW.Example.ORG")), "name=www.example.org"],
  ["a name without the dot at its end", hello(serverName("example.org.")), "name=example.org"],
  ["underscores, digits and hyphens", hello(serverName("_a-1.b")), "name=_a-1.b"],
  ["an address, though it shouldn't be one", hello(serverName("192.0.2.1")), "name=192.0.2.1"],
  ["a name of 253 bytes", hello(serverName(longest)), `name=${longest}`],
  ["a name of 253 bytes and the dot", hello(serverName(`${longest}.`)), `name=${longest}`],
  [
    "a host behind names of other types",
    hello(extension(0, vector(2, nameOfType(9, Buffer.from("\0x")), nameOfType(0, Buffer.from("a"))))),
    "name=a",
  ],
  [
    "no host among names of other types",
    hello(extension(0, vector(2, nameOfType(1, Buffer.from("a"))))),
    "name=",
  ],
  [
    "its name, when data for the server follows",
    Buffer.concat([records(usual), record(20, Buffer.from([1])), record(23, Buffer.alloc(100))]),
    "name=example.org",
  ],
  [
    "128 extensions",
    hello(serverName("a"), ...Array.from({ length: 127 }, (_, index) => extension(0x1000 + index))),
    "name=a",
  ],

  ["nothing yet", Buffer.alloc(0), "more"],
  ["that a record isn't all there", records(usual).subarray(0, 50), "more"],
  ["that a record's header isn't all there", records(usual).subarray(0, 4), "more"],
  ["that a second record is to come", records(usual, 60).subarray(0, 65), "more"],

  ["that HTTP isn't TLS", Buffer.from("GET / HTTP/1.1\r\n"), "broken not-tls"],
  ["that an SSL 2 hello isn't TLS", Buffer.from("802e010301001500000010", "hex"), "broken not-tls"],
  ["that SSH isn't TLS", Buffer.from("S"), "broken not-tls"],
  ["that an alert isn't a hello", Buffer.from("15030100020246", "hex"), "broken not-tls"],
  ["that data isn't a hello", record(23, Buffer.alloc(3)), "broken not-tls"],
  ["that a version of 2 isn't TLS", Buffer.from("1602", "hex"), "broken not-tls"],
  ["that DTLS isn't TLS", Buffer.from("16fefd0000000000000000003c", "hex"), "broken not-tls"],
  ["an empty record", Buffer.concat([record(22, Buffer.alloc(0)), records(usual)]), "broken record-length"],
  [
    "an empty record amidst",
    Buffer.concat([record(22, usual.subarray(0, 9)), record(22, Buffer.alloc(0))]),
    "broken record-length",
  ],
  ["a record that is too long", Buffer.from("1603014001", "hex"), "broken record-length"],
  [
    "another record amidst",
    Buffer.concat([record(22, usual.subarray(0, 9)), record(21, Buffer.from([1, 0]))]),
    "broken record-type",
  ],
  [
    "a record of another version amidst",
    Buffer.concat([record(22, usual.subarray(0, 9)), record(22, usual.subarray(9), 0x0203)]),
    "broken record-type",
  ],
  [
    "257 records",
    records(helloMessage({ extensions: [padding] }), 1).subarray(0, 257 * 6),
    "broken too-many-records",
  ],
  ["a server's hello", records(message(2, Buffer.alloc(70))), "broken not-client-hello"],
  ["a hello of a megabyte", Buffer.from("160301400001100000", "hex"), "broken hello-too-long"],
  [
    "a hello that doesn't fit with its records",
    records(helloMessage({ extensions: [extension(21, Buffer.alloc(65_430))] }), 16_000),
    "broken hello-too-long",
  ],
  ["a hello without contents", records(message(1)), "broken hello-length"],
  ["a version that isn't one", records(helloMessage({ version: 0x0203 })), "broken hello-version"],
  [
    "a session of 33 bytes",
    records(helloMessage({ sessionId: Buffer.alloc(33) })),
    "broken session-id-length",
  ],
  ["no ciphers", records(helloMessage({ cipherSuites: Buffer.alloc(0) })), "broken cipher-suites-length"],
  [
    "no compression methods",
    records(helloMessage({ compressionMethods: Buffer.alloc(0) })),
    "broken compression-methods-length",
  ],
  [
    "ciphers that are more than there is",
    records(message(1, number(0x0303, 2), Buffer.alloc(32), vector(1), number(900, 2), Buffer.alloc(50))),
    "broken hello-length",
  ],
  [
    "that it ends within its random bytes",
    records(message(1, number(0x0303, 2), Buffer.alloc(31))),
    "broken hello-length",
  ],
  [
    "extensions that end too early",
    records(
      message(1, helloMessage({ extensions: undefined }).subarray(4), vector(2, grease), Buffer.from([0])),
    ),
    "broken extensions-length",
  ],
  [
    "extensions that go on",
    records(message(1, helloMessage({ extensions: undefined }).subarray(4), number(9, 2), grease)),
    "broken extensions-length",
  ],
  [
    "an extension that is longer than all",
    records(
      message(
        1,
        helloMessage({ extensions: undefined }).subarray(4),
        vector(2, number(0x4a4a, 2), number(1, 2)),
      ),
    ),
    "broken extension-length",
  ],
  [
    "an extension without its length",
    records(message(1, helloMessage({ extensions: undefined }).subarray(4), vector(2, number(0x4a4a, 2)))),
    "broken hello-length",
  ],
  [
    "129 extensions",
    hello(...Array.from({ length: 129 }, (_, index) => extension(0x1000 + index))),
    "broken too-many-extensions",
  ],
  [
    "bytes behind it in its record",
    record(22, Buffer.concat([usual, Buffer.from([0])])),
    "broken bytes-after-hello",
  ],
  ["a second hello in its record", record(22, Buffer.concat([usual, usual])), "broken bytes-after-hello"],

  ["two SNI extensions", hello(serverName("a"), serverName("b")), "broken two-server-names"],
  [
    "a second SNI extension behind an empty one",
    hello(extension(0, vector(2, nameOfType(1, Buffer.from("x")))), serverName("b")),
    "broken two-server-names",
  ],
  ["two hosts in one SNI extension", hello(serverName("a", "b")), "broken two-server-names"],
  ["an empty SNI extension", hello(extension(0)), "broken server-name-length"],
  ["an SNI extension of one byte", hello(extension(0, Buffer.from([0]))), "broken server-name-length"],
  ["an SNI list of nothing", hello(extension(0, vector(2))), "broken server-name-length"],
  [
    "an SNI list that is shorter than its extension",
    hello(extension(0, vector(2, nameOfType(0, Buffer.from("a"))), Buffer.from([0]))),
    "broken server-name-length",
  ],
  [
    "an SNI list that is longer than its extension",
    hello(extension(0, number(9, 2), nameOfType(0, Buffer.from("a")))),
    "broken server-name-length",
  ],
  [
    "a name that is longer than its list",
    hello(extension(0, vector(2, Buffer.from([0, 0, 9, 0x61])))),
    "broken server-name-length",
  ],
  [
    "a name without its length",
    hello(extension(0, vector(2, Buffer.from([0, 0])))),
    "broken server-name-length",
  ],
  [
    "nine names",
    hello(extension(0, vector(2, ...Array.from({ length: 9 }, () => nameOfType(1, Buffer.alloc(0)))))),
    "broken too-many-server-names",
  ],
  ...(
    [
      ["an empty name", ""],
      ["a dot for a name", "."],
      ["a dot at the beginning", ".example.org"],
      ["an empty label", "example..org"],
      ["two dots at the end", "example.org.."],
      ["a name of 254 bytes", `${longest}c`],
      ["a name of 256 bytes", "a".repeat(256)],
      ["NUL in a name", "example.org\0.example.net"],
      ["a blank in a name", "example .org"],
      ["a slash in a name", "example.org/"],
      ["a port in a name", "example.org:443"],
      ["an IPv6 address", "2001:db8::1"],
      ["an asterisk in a name", "*.example.org"],
      ["UTF-8 in a name", "bücher.example"],
      ["an at sign in a name", "a@b"],
    ] as const
  ).map(([sentence, name]) => [sentence, hello(serverName(name)), "broken server-name"] as const),
];
for (const [sentence, data, said] of cases) {
  test(`a ClientHello says ${sentence}`, async (t) => {
    // Long ones are cut at fewer places.
    const bytes = { kind: "h", limit: 0, step: 1 + Math.floor(data.length / 4000), data } as const;
    t.is(await native.ask(bytes), said, "in C");
    t.is(judgeInTypeScript(bytes), said, "in TypeScript");
  });
}

test("what Node's own TLS sends is read, post-quantum keys and all", async (t) => {
  const data = await firstBytesOf({ servername: "www.Example.org" });
  t.true(data.length > 1200, `${data.length} bytes`);
  const bytes = { kind: "h", limit: 0, step: 1, data } as const;
  t.is(await native.ask(bytes), "name=www.example.org");
  t.is(judgeInTypeScript(bytes), "name=www.example.org");
  const nameless = { ...bytes, data: await firstBytesOf({ servername: "" }) };
  t.is(judgeInTypeScript(nameless), "name=");
});

function firstBytesOf(options: { servername: string }): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = new Duplex({
      read: () => {},
      write(chunk: Buffer, _, done) {
        resolve(chunk);
        done();
      },
    });
    connectTls({ socket, ...options }).on("error", () => {});
  });
}
