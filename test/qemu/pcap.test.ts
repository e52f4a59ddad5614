import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { parseSegment, readSyns } from "../../qemu/pcap.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a segment is read from tcpdump's line", (t) => {
  const line =
    "1763890.123456 52:54:00:00:00:01 > 52:54:00:15:00:01, ethertype IPv4 (0x0800), length 74: 10.1.2.253.53474 > 198.51.100.10.80: Flags [S], seq 3141592653, win 64240, options [mss 1460], length 0";
  t.deepEqual(parseSegment(line), {
    sourceMac: "52:54:00:00:00:01",
    source: "10.1.2.253",
    sourcePort: 53474,
    destination: "198.51.100.10",
    destinationPort: 80,
    sequence: 3141592653,
  });
  t.throws(() => parseSegment("1763890.123456 ARP, Request who-has 10.1.2.1"), {
    message: /not a TCP segment/,
  });
});

test("a segment over IPv6 is read as well", (t) => {
  const line =
    "1763890.123456 52:54:00:c1:00:01 > 52:54:00:00:00:02, ethertype IPv6 (0x86dd), length 94: 2001:db8:1:2::c1.53474 > 2001:db8:f:1::10.443: Flags [S], seq 3141592653, win 64800, options [mss 1440], length 0";
  t.deepEqual(parseSegment(line), {
    sourceMac: "52:54:00:c1:00:01",
    source: "2001:db8:1:2::c1",
    sourcePort: 53474,
    destination: "2001:db8:f:1::10",
    destinationPort: 443,
    sequence: 3141592653,
  });
});

test("SYNs are found in a capture, and SYN-ACKs aren't", async (t) => {
  const file = join(await temporaryFolder(t), "link.pcap");
  const [syn, synAck] = [0x02, 0x12];
  const frames = [ipv4, ipv6].flatMap((header) => [
    frame(header, 1000, 80, syn),
    frame(header, 80, 1000, synAck),
    frame(header, 1001, 81, syn),
  ]);
  await writeFile(file, Buffer.concat([pcapHeader, ...frames]));
  const syns = await readSyns([file], "dst port 80 or dst port 1000");
  t.deepEqual(
    syns.map(({ source, sourcePort }) => `${source} ${sourcePort}`),
    ["10.1.2.253 1000", "2001:db8:1:2::c1 1000"],
  );
  t.is((await readSyns([file], "ip6")).length, 2);
});

test("what several captures have is read in the order in which it came", async (t) => {
  const folder = await temporaryFolder(t);
  const files = ["lan.pcap", "lan2.pcap"].map((name) => join(folder, name));
  const captures = [
    [10, 12],
    [9, 11, 100],
  ];
  for (const [index, seconds] of captures.entries()) {
    const frames = seconds.map((at) => frame(ipv4, 1000 + at, 80, 0x02, at));
    await writeFile(files[index] ?? "", Buffer.concat([pcapHeader, ...frames]));
  }
  const syns = await readSyns(files, "tcp");
  t.deepEqual(
    syns.map(({ sourcePort }) => sourcePort - 1000),
    [9, 10, 11, 12, 100],
  );
});

/** Magic number, version 2.4, zone, accuracy, snapshot length, Ethernet (pcap-savefile(5)). */
const pcapHeader = Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex");

const ipv4 = { etherType: 0x0800, bytes: "4500002800004000400600000a0102fdc633640a" };
const ipv6 = {
  etherType: 0x86dd,
  bytes: "600000000014064020010db80001000200000000000000c120010db8000f00010000000000000010",
};

/** An Ethernet frame with an IP header and a TCP header, and the record header before it; `at` in seconds. */
function frame(
  { etherType, bytes }: typeof ipv4,
  sourcePort: number,
  destinationPort: number,
  flags: number,
  at = 0,
): Buffer {
  const ip = Buffer.from(bytes, "hex");
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(sourcePort, 0);
  tcp.writeUInt16BE(destinationPort, 2);
  tcp[12] = 0x50;
  tcp[13] = flags;
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(etherType, 12);
  const record = Buffer.alloc(16);
  const length = ethernet.length + ip.length + tcp.length;
  record.writeUInt32LE(at, 0);
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
  return Buffer.concat([record, ethernet, ip, tcp]);
}
