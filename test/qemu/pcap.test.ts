import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { parseSegment, readSyns } from "../../qemu/pcap.ts";

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

test("SYNs are found in a capture, and SYN-ACKs aren't", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-test-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, "link.pcap");
  const [syn, synAck] = [0x02, 0x12];
  await writeFile(
    file,
    Buffer.concat([pcapHeader, frame(1000, 80, syn), frame(80, 1000, synAck), frame(1001, 81, syn)]),
  );
  const ports = (await readSyns(file, "dst port 80 or dst port 1000")).map(({ sourcePort }) => sourcePort);
  t.deepEqual(ports, [1000]);
});

/** Magic number, version 2.4, zone, accuracy, snapshot length, Ethernet (pcap-savefile(5)). */
const pcapHeader = Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex");

/** An Ethernet frame with an IPv4 header and a TCP header, and the record header before it. */
function frame(sourcePort: number, destinationPort: number, flags: number): Buffer {
  const bytes = Buffer.alloc(16 + 54);
  bytes.writeUInt32LE(54, 8);
  bytes.writeUInt32LE(54, 12);
  bytes.writeUInt16BE(0x0800, 28);
  const ip = bytes.subarray(30);
  Buffer.from("4500002800004000400600000a0102fdc633640a", "hex").copy(ip);
  ip.writeUInt16BE(sourcePort, 20);
  ip.writeUInt16BE(destinationPort, 22);
  ip[32] = 0x50;
  ip[33] = flags;
  return bytes;
}
