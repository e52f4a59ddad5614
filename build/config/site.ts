import type { Fault } from "../core/faults.ts";
import { readDocument } from "./document.ts";
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
import { siteSchema, type Site, type SiteFile } from "./site-schema.ts";

export type { Site } from "./site-schema.ts";

type Blame = (path: string, fact: string, hint: string) => void;

/** Reads a site file and fills in its defaults. Throws an InputError with every fault. */
export function readSite(file: string): Promise<Site> {
  return readDocument<Site>(file, siteSchema, (site) => checkSite(site, file));
}

/** What the schema can't say. */
function checkSite(site: Site, file: string): Fault[] {
  const faults: Fault[] = [];
  const blame: Blame = (path, fact, hint) => faults.push({ file, path, fact, hint });
  checkCombination(site, blame);
  checkIpv4(site, blame);
  checkIpv6(site, blame);
  checkPorts(site, blame);
  checkExempt(site, blame);
  return faults;
}

/** What was tried in the field, and can't work. */
function checkCombination(site: Site, blame: Blame): void {
  if ((site.dialect as SiteFile["dialect"]) === "ebtables-nft") {
    blame(
      "/dialect",
      "is ebtables-nft, which can't take frames off a bridge: -P BROUTING DROP becomes a real drop, and redirect is refused",
      "nft says the same in nftables' own words; legacy says it with ebtables-legacy",
    );
  }
  if (site.arp === "bridge" && site.mode !== "half-bridge") {
    const fact =
      site.mode === "proxy-arp"
        ? "is bridge, but proxy-arp has no bridge that ARP could cross"
        : `is bridge, but in ${site.mode} all ARP crosses the bridge as it is`;
    blame("/arp", fact, "leave it out, or choose mode half-bridge");
  }
  if (site.ipv6.handling === "bridge" && site.mode === "proxy-arp") {
    blame(
      "/ipv6/handling",
      "is bridge, but proxy-arp has no bridge that IPv6 could cross",
      "choose route or block, or mode half-bridge, which bridges IPv6 beside routed IPv4",
    );
  }
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
  for (const [index, address] of site.proxy.resolvers.entries()) {
    if (!isAddress(address))
      blame(`/proxy/resolvers/${index}`, `is not an IPv4 address: ${address}`, "four numbers from 0 to 255");
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

function checkPorts({ capture, proxy }: Site, blame: Blame): void {
  for (const [index, { port }] of capture.entries()) {
    if (capture.findIndex((other) => other.port === port) < index) {
      blame(`/capture/${index}/port`, `is there twice: ${port}`, "name each port once");
    }
  }
  if (capture.some(({ port }) => port === proxy.port)) {
    blame(
      "/proxy/port",
      `is a captured port as well: ${proxy.port}`,
      "choose one that /capture doesn't have",
    );
  }
}

function checkExempt({ exempt, lan, ipv6 }: Site, blame: Blame): void {
  for (const key of ["clients", "destinations"] as const) {
    for (const [index, text] of exempt[key].entries()) {
      const path = `/exempt/${key}/${index}`;
      const written = shortestForm(text);
      if (written === undefined) {
        blame(path, `is neither an address nor a prefix: ${text}`, "examples: 10.1.2.9, 2001:db8:1:2::/64");
      } else if (text.includes(":") && ipv6.handling !== "route") {
        blame(path, `is ${text}, but IPv6 isn't routed, so nobody of it is captured`, "leave it out");
      } else if (written !== text) {
        blame(path, `is written ${text}`, `in its shortest form, without host bits, it is ${written}`);
      } else if (key === "clients" && !isOfLan(text, lan, ipv6)) {
        blame(path, `is ${text}, outside the LAN`, "destinations beyond it stand in /exempt/destinations");
      }
    }
  }
}

/** An address or a prefix of either family as it is to be written, or undefined when it is neither. */
function shortestForm(text: string): string | undefined {
  if (isAddress(text)) return text;
  if (isAddress6(text)) return canonical6(text);
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return `${formatAddress(prefix.network)}/${prefix.length}`;
  const prefix6 = parsePrefix6(text);
  return prefix6 && `${formatAddress6(prefix6.network)}/${prefix6.length}`;
}

/** Whether all of an address or a prefix is in the LAN; where the LAN itself is at fault, it can't be said. */
function isOfLan(text: string, lan: string, ipv6: Site["ipv6"]): boolean {
  const [address = "", length = "128"] = text.split("/"); // an address alone is longer than any prefix
  if (!text.includes(":")) {
    const prefix = parsePrefix(lan);
    return (
      prefix === undefined ||
      (Number(length) >= prefix.length && prefixContains(prefix, parseAddress(address)))
    );
  }
  const { lan: lan6 } = ipv6 as { lan?: string }; // the schema lets it be missing
  const prefix = lan6 === undefined ? undefined : parsePrefix6(lan6);
  return prefix === undefined || (Number(length) >= prefix.length && prefixContains6(prefix, address));
}
