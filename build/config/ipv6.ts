import { isIPv6 } from "node:net";

/** An IPv6 prefix: the network's number (host bits zero) and the prefix length. */
export interface Prefix6 {
  readonly network: bigint;
  readonly length: number;
}

/** Without a zone: `fe80::1%eth0` is an address on one machine, not in a network. */
export const isAddress6 = (text: string): boolean => isIPv6(text) && !text.includes("%");

/**
 * An address in the one form that RFC 5952 recommends, but that an address which holds an IPv4 address
 * (`::ffff:10.1.2.3`) is all hexadecimal. Throws for what isn't an address.
 */
export function canonical6(text: string): string {
  if (!isAddress6(text)) throw new TypeError(`not an IPv6 address: ${text}`);
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** `2001:db8::1` as an unsigned number. Throws for what isn't an address. */
export function parseAddress6(text: string): bigint {
  const [head = "", tail] = canonical6(text).split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const gap = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...gap, ...after].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

export function formatAddress6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(16 * (7 - index))) & 0xffffn);
  return canonical6(groups.map((group) => group.toString(16)).join(":"));
}

/** `2001:db8:1:2::/64`, or undefined when it isn't one; host bits are cleared. */
export function parsePrefix6(text: string): Prefix6 | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  if (rest.length > 0 || !isAddress6(address) || !/^\d{1,3}$/.test(length) || Number(length) > 128)
    return undefined;
  const hostBits = BigInt(128 - Number(length));
  return { network: (parseAddress6(address) >> hostBits) << hostBits, length: Number(length) };
}

export function prefixContains6({ network, length }: Prefix6, address: string): boolean {
  const hostBits = BigInt(128 - length);
  return parseAddress6(address) >> hostBits === network >> hostBits;
}

const groupsOf = (text: string): string[] => (text === "" ? [] : text.split(":"));
