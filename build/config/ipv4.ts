import { isIPv4 } from "node:net";

/** An IPv4 prefix: the network's number (host bits zero) and the prefix length. */
export interface Prefix {
  readonly network: number;
  readonly length: number;
}

export const isAddress = isIPv4;

/** `10.1.2.3` as an unsigned number. */
export function parseAddress(text: string): number {
  return text.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** `10.1.2.0/24`, or undefined when it isn't one; host bits are cleared. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = "", length = ""] = text.split("/");
  if (!isAddress(address) || !/^\d+$/.test(length) || Number(length) > 32) return undefined;
  const size = 2 ** (32 - Number(length));
  return { network: Math.floor(parseAddress(address) / size) * size, length: Number(length) };
}

export function prefixContains({ network, length }: Prefix, address: number): boolean {
  return address >= network && address < network + 2 ** (32 - length);
}
