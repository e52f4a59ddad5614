import { dirname } from "node:path";
import type { Fault } from "../core/faults.ts";
import type { Blame } from "./blame.ts";
import { checkAddresses } from "./check-addresses.ts";
import { checkCaptured } from "./check-captured.ts";
import { checkLists, type ListContent } from "./check-lists.ts";
import { checkPolicy } from "./check-policy.ts";
import { checkProxy } from "./check-proxy.ts";
import { checkSquid } from "./check-squid.ts";
import { readDocument } from "./document.ts";
import { findSiteFiles, placeSiteFiles, type NamedFile } from "./site-files.ts";
import { siteSchema, type Site, type SiteFile } from "./site-schema.ts";

export type { Site } from "./site-schema.ts";

/** A site, the files that it names, and what those come to that are lists. */
export interface LoadedSite {
  readonly site: Site;
  readonly files: readonly NamedFile[];
  readonly lists: readonly ListContent[];
}

/**
 * Reads a site file with its defaults filled in, and the files that it names: in the site they are called what
 * they are called in a set-up's folder, so that the same site in another folder is the same. Throws an
 * InputError with every fault, those of the files included.
 */
export async function loadSite(file: string): Promise<LoadedSite> {
  const files: NamedFile[] = [];
  const lists: ListContent[] = [];
  const site = await readDocument<Site>(file, siteSchema, async (written, shown) => {
    const faults: Fault[] = [];
    const blame: Blame = (path, fact, hint) => faults.push({ file: shown, path, fact, hint });
    checkSite(written, blame);
    files.push(...(await findSiteFiles(written, dirname(file), blame)));
    const { faults: lineFaults, contents } = await checkLists(written.policy, files, shown);
    lists.push(...contents);
    return [...faults, ...lineFaults];
  });
  return { site: placeSiteFiles(site), files, lists };
}

/** The site alone, for whom its files don't matter. */
export async function readSite(file: string): Promise<Site> {
  return (await loadSite(file)).site;
}

/** What the schema can't say. */
function checkSite(site: Site, blame: Blame): void {
  checkCombination(site, blame);
  checkAddresses(site, blame);
  checkCaptured(site, blame);
  checkPolicy(site, blame);
  checkProxy(site, blame);
  checkSquid(site, blame);
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
