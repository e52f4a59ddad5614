import type { Blame } from "./blame.ts";
import { formatAddress, isAddress, parseAddress, parsePrefix, prefixContains, type Prefix } from "./ipv4.ts";
import {
  canonical6,
  formatAddress6,
  isAddress6,
  parseAddress6,
  parsePrefix6,
  prefixContains6,
  type Prefix6,
} from "./ipv6.ts";
import type { Site } from "./site-schema.ts";

/** The LAN, the router and the ISP's router, in both families. */
export function checkAddresses(site: Site, blame: Blame): void {
  checkIpv4(site, blame);
  checkIpv6(site, blame);
}

function checkIpv4(site: Site, blame: Blame): void {
  const prefix = parsePrefix(site.lan);
  if (prefix === undefined) blame("/lan", `is not an IPv4 prefix: ${site.lan}`, "example: 10.1.2.0/24");
  else if (prefix.length < 8 || prefix.length > 29) {
    blame(
      "/lan",
      `has a prefix length of ${prefix.length}`,
      "8 to 29: the LAN holds both routers and two clients at least",
    );
  } else if (formatAddress(prefix.network) !== site.lan.split("/")[0]) {
    blame(
      "/lan",
      `has host bits set: ${site.lan}`,
      `the prefix is ${formatAddress(prefix.network)}/${prefix.length}`,
    );
  }
  for (const key of ["router", "ispRouter"] as const) {
    const address = site[key];
    if (!isAddress(address))
      blame(`/${key}`, `is not an IPv4 address: ${address}`, "four numbers from 0 to 255");
    else if (prefix !== undefined && !prefixContains(prefix, parseAddress(address))) {
      blame(`/${key}`, `is ${address}, outside the LAN's prefix ${site.lan}`, "choose an address inside it");
    } else if (prefix !== undefined && isReserved(address, prefix)) {
      blame(
        `/${key}`,
        `is ${address}, the network's or broadcast address of ${site.lan}`,
        "choose one between them",
      );
    }
  }
  if (site.router === site.ispRouter) {
    blame(
      "/ispRouter",
      `is the router's own address: ${site.router}`,
      "the two routers need an address each",
    );
  }
}

function isReserved(address: string, { network, length }: Prefix): boolean {
  const value = parseAddress(address);
  return value === network || value === network + 2 ** (32 - length) - 1;
}

const addressKeys = ["lan", "router", "ispRouter"] as const;

function checkIpv6({ ipv6 }: Site, blame: Blame): void {
  const given = ipv6 as Partial<Record<(typeof addressKeys)[number], string>>; // the schema lets each be missing
  if (ipv6.handling !== "route") {
    for (const key of addressKeys.filter((name) => given[name] !== undefined)) {
      blame(`/ipv6/${key}`, `is given, but IPv6 isn't routed`, "leave it out, or say handling: route");
    }
    return;
  }
  for (const key of addressKeys.filter((name) => given[name] === undefined)) {
    blame(`/ipv6/${key}`, "is missing: it is needed to route IPv6", "or say handling: block, or bridge");
  }
  const prefix = checkPrefix6(given.lan, blame);
  for (const key of ["router", "ispRouter"] as const) {
    const address = given[key];
    if (address !== undefined) checkAddress6(`/ipv6/${key}`, address, prefix, blame);
  }
  if (given.router !== undefined && given.router === given.ispRouter) {
    blame("/ipv6/ispRouter", `is the router's own address: ${given.router}`, "the two need an address each");
  }
}

function checkPrefix6(text: string | undefined, blame: Blame): Prefix6 | undefined {
  if (text === undefined) return undefined;
  const prefix = parsePrefix6(text);
  if (prefix === undefined) {
    blame("/ipv6/lan", `is not an IPv6 prefix: ${text}`, "example: 2001:db8:1:2::/64");
    return undefined;
  }
  const written = `${formatAddress6(prefix.network)}/${prefix.length}`;
  if (written !== text)
    blame("/ipv6/lan", `is written ${text}`, `the prefix, in its shortest form, is ${written}`);
  if (prefix.length > 120)
    blame("/ipv6/lan", `has a prefix length of ${prefix.length}`, "at most 120; 64 is usual");
  return prefix;
}

function checkAddress6(path: string, address: string, prefix: Prefix6 | undefined, blame: Blame): void {
  if (!isAddress6(address)) blame(path, `is not an IPv6 address: ${address}`, "example: 2001:db8:1:2::1");
  else if (canonical6(address) !== address) {
    blame(path, `is written ${address}`, `its shortest form is ${canonical6(address)}`);
  } else if (prefix !== undefined && !prefixContains6(prefix, address)) {
    blame(path, `is ${address}, outside the LAN's prefix`, "choose an address inside it");
  } else if (prefix !== undefined && parseAddress6(address) === prefix.network) {
    blame(path, `is ${address}, which all routers of the prefix have (RFC 4291, 2.6.1)`, "choose another");
  }
}
