import { run } from "../build/core/run.ts";

/** A TCP segment as tcpdump tells it. */
export interface Segment {
  readonly sourceMac: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** Absolute sequence number; a SYN's tells connections apart, and is the same wherever the SYN passes. */
  readonly sequence: number;
}

/**
 * The packets that match a filter (pcap-filter(7)) in captures that one machine made, one line each, with Ethernet
 * addresses, in the order in which they came.
 */
export async function readPackets(files: readonly string[], filter: string): Promise<string[]> {
  const found = await Promise.all(files.map((file) => readCapture(file, filter)));
  return files.length === 1
    ? found.flat()
    : found.flat().sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
}

async function readCapture(file: string, filter: string): Promise<string[]> {
  // -Z root: don't become another user, who may be unable to read the file; without root it is ignored
  const privileges = process.getuid?.() === 0 ? ["-Z", "root"] : [];
  const { stdout } = await run(["tcpdump", ...privileges, "-n", "-e", "-S", "-tt", "-r", file, filter]);
  return stdout.split("\n").filter((line) => line !== "");
}

/** The SYNs of new connections that match a filter as well. */
export async function readSyns(files: readonly string[], filter: string): Promise<Segment[]> {
  const lines = await readPackets(files, `(${syn} or ${syn6}) and (${filter})`);
  return lines.map(parseSegment);
}

const syn = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn";
/** `tcp[…]` is for IPv4 only; here TCP comes right after the fixed header, as on every SYN without options of IPv6. */
const syn6 = "(ip6[6] == 6 and ip6[40 + tcpflags] & (tcp-syn|tcp-ack) == tcp-syn)";

const segmentLine =
  /^\S+ (?<sourceMac>[0-9a-f:]{17}) > .*?: (?<source>[0-9a-f:.]+)\.(?<sourcePort>\d+) > (?<destination>[0-9a-f:.]+)\.(?<destinationPort>\d+): .*?\bseq (?<sequence>\d+)/;

/** Reads a line of `tcpdump -n -e -S`, IPv4 or IPv6. */
export function parseSegment(line: string): Segment {
  const fields = segmentLine.exec(line)?.groups;
  if (fields === undefined) throw new Error(`not a TCP segment as tcpdump tells it: ${line}`);
  return {
    sourceMac: fields["sourceMac"] as string,
    source: fields["source"] as string,
    sourcePort: Number(fields["sourcePort"]),
    destination: fields["destination"] as string,
    destinationPort: Number(fields["destinationPort"]),
    sequence: Number(fields["sequence"]),
  };
}
