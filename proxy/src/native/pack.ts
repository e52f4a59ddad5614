import { isIPv4 } from "node:net";
import type { Endpoint } from "../transport.ts";

/** The bytes of an endpoint: an IPv6 address, or an IPv4 address mapped (RFC 4291, 2.5.5.2), and the port. */
const endpointBytes = 18;

export function packEndpoints(endpoints: readonly Endpoint[]): Uint8Array {
  const bytes = new Uint8Array(endpoints.length * endpointBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, { address, port }] of endpoints.entries()) {
    bytes.set(packAddress(address), index * endpointBytes);
    view.setUint16(index * endpointBytes + 16, port);
  }
  return bytes;
}

/** 16 bytes in network order. */
export function packAddress(address: string): Uint8Array {
  const bytes = new Uint8Array(16);
  if (isIPv4(address)) {
    bytes.set([0xff, 0xff, ...address.split(".").map(Number)], 10);
    return bytes;
  }
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = groupsOf(head);
  const behind = groupsOf(tail ?? "");
  const groups = [...before, ...Array<number>(8 - before.length - behind.length).fill(0), ...behind];
  const view = new DataView(bytes.buffer);
  for (const [index, group] of groups.entries()) view.setUint16(2 * index, group);
  return bytes;
}

function groupsOf(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

/** Block pages, each as the parts between which the time stands: counts, lengths and texts as `read_pages` wants them. */
export function packPages(pages: readonly (readonly string[])[]): Uint8Array {
  const chunks = [word(pages.length)];
  for (const parts of pages) {
    chunks.push(word(parts.length));
    for (const part of parts) {
      const text = Buffer.from(part);
      chunks.push(word(text.length), text);
    }
  }
  return Buffer.concat(chunks);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
