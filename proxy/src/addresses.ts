import { isIP } from "node:net";

/**
 * The one way to write an address, for comparing: lower case, shortest (RFC 5952), without a zone; an
 * IPv4-mapped IPv6 address is the IPv4 address, which is whom it reaches.
 */
export function canonicalAddress(address: string): string {
  const bare = address.replace(/%.*$/, "");
  if (isIP(bare) !== 6) return bare;
  const shortest = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
  const bits = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}

/** The one way to write a host, be it a name or an address, for comparing and judging. */
export function canonicalHost(host: string): string {
  return isIP(host) === 0 ? host.toLowerCase().replace(/\.$/, "") : canonicalAddress(host);
}

export function isUnspecified(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

export function formatEndpoint({ address, port }: { address: string; port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
