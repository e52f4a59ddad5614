import type { Fault } from "../core/faults.ts";
import { readDocument } from "./document.ts";
import { formatAddress, isAddress, parseAddress, parsePrefix, prefixContains } from "./ipv4.ts";
import { siteSchema, type Site } from "./site-schema.ts";

export type { Site } from "./site-schema.ts";

/** Reads a site file and fills in its defaults. Throws an InputError with every fault. */
export function readSite(file: string): Promise<Site> {
  return readDocument<Site>(file, siteSchema, (site) => checkSite(site, file));
}

/** What the schema can't say. */
function checkSite(site: Site, file: string): Fault[] {
  const faults: Fault[] = [];
  const fault = (path: string, fact: string, hint: string) => faults.push({ file, path, fact, hint });

  const prefix = parsePrefix(site.lan);
  if (prefix === undefined) fault("/lan", `is not an IPv4 prefix: ${site.lan}`, "example: 10.1.2.0/24");
  else if (prefix.length < 8 || prefix.length > 29) {
    fault(
      "/lan",
      `has a prefix length of ${prefix.length}`,
      "8 to 29: the LAN holds both routers and two clients at least",
    );
  } else if (formatAddress(prefix.network) !== site.lan.split("/")[0]) {
    fault(
      "/lan",
      `has host bits set: ${site.lan}`,
      `the prefix is ${formatAddress(prefix.network)}/${prefix.length}`,
    );
  }
  for (const key of ["router", "ispRouter"] as const) {
    const address = site[key];
    if (!isAddress(address))
      fault(`/${key}`, `is not an IPv4 address: ${address}`, "four numbers from 0 to 255");
    else if (prefix !== undefined && !prefixContains(prefix, parseAddress(address))) {
      fault(`/${key}`, `is ${address}, outside the LAN's prefix ${site.lan}`, "choose an address inside it");
    } else if (prefix !== undefined && isReserved(address, prefix)) {
      fault(
        `/${key}`,
        `is ${address}, the network's or broadcast address of ${site.lan}`,
        "choose one between them",
      );
    }
  }
  if (site.router === site.ispRouter) {
    fault(
      "/ispRouter",
      `is the router's own address: ${site.router}`,
      "the two routers need an address each",
    );
  }
  if (site.capture.includes(site.proxy.port)) {
    fault(
      "/proxy/port",
      `is a captured port as well: ${site.proxy.port}`,
      "choose one that /capture doesn't have",
    );
  }
  return faults;
}

function isReserved(address: string, { network, length }: { network: number; length: number }): boolean {
  const value = parseAddress(address);
  return value === network || value === network + 2 ** (32 - length) - 1;
}
