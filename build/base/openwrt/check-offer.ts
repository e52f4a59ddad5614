import type { OpenwrtBoard } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import { suggestNear } from "../../config/suggest.ts";
import type { Fault } from "../../core/faults.ts";
import { brouteSince, isBefore } from "./releases.ts";
import type { TreeVersion } from "./tree-version.ts";

/** Before anything is made: the target, the profile, and a release that can do what board and site need. */
export function checkOffer(
  offer: TreeVersion & {
    readonly shown: string;
    readonly target: string;
    readonly profiles: ReadonlyMap<string, unknown>;
  },
  board: OpenwrtBoard,
  site: Site,
): Fault[] {
  const { shown: file, target, profiles } = offer;
  const { openwrt } = board;
  const release = checkRelease(offer, board, site, file);
  const wanted = `${openwrt.target}/${openwrt.subtarget}`;
  const blame = (fact: string, hint: string): Fault => ({ file, path: "", fact, hint });
  // a model may have been of another target before
  if (target !== wanted && release.length > 0) return release;
  if (target !== wanted)
    return [blame(`is for ${target}, but the board is of ${wanted}`, `get the one for ${wanted}`)];
  const faults = profiles.has(openwrt.profile)
    ? []
    : [blame(`has no profile ${openwrt.profile}`, suggestNear(openwrt.profile, [...profiles.keys()]))];
  return [...faults, ...release];
}

/** Whether what the profile says is so in that release, and its kernel can do what the site's dialect needs. */
export function checkRelease(
  { version, release }: TreeVersion,
  { name, openwrt: { since = release.name } }: OpenwrtBoard,
  site: Site,
  file: string,
): Fault[] {
  const faults: Fault[] = [];
  const blame = (fact: string, hint: string) => faults.push({ file, path: "", fact, hint });
  if (release.name < since) {
    const fact = `is of OpenWrt ${version}, where ${name} has other names for ports, images or its target than its profile knows`;
    blame(fact, `use ${since} or newer`);
  }
  if (needsBroute(site) && isBefore(release.kernel, brouteSince)) {
    const kernel = release.kernel.join(".");
    const fact = `is of OpenWrt ${version} with Linux ${kernel}: nft takes frames off a bridge since ${brouteSince.join(".")}`;
    blame(fact, "use 24.10 or newer, or dialect: legacy");
  }
  return faults;
}

/** Whether nft has to take frames off a bridge. */
export const needsBroute = ({ dialect, mode }: Site): boolean => dialect === "nft" && mode !== "proxy-arp";
