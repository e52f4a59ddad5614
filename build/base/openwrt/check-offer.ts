import type { OpenwrtBoard } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import { suggestNear } from "../../config/suggest.ts";
import type { Fault } from "../../core/faults.ts";
import { brouteSince, isBefore, type Release } from "./releases.ts";

/** Before anything is made: the target, the profile, and a kernel that can do what the dialect needs. */
export function checkOffer(
  offer: {
    readonly shown: string;
    readonly target: string;
    readonly version: string;
    readonly release: Release;
    readonly profiles: ReadonlyMap<string, unknown>;
  },
  { openwrt }: OpenwrtBoard,
  site: Site,
): Fault[] {
  const { shown: file, target, version, release, profiles } = offer;
  const wanted = `${openwrt.target}/${openwrt.subtarget}`;
  const blame = (fact: string, hint: string): Fault => ({ file, path: "", fact, hint });
  if (target !== wanted)
    return [blame(`is for ${target}, but the board is of ${wanted}`, `get the one for ${wanted}`)];
  const faults = profiles.has(openwrt.profile)
    ? []
    : [blame(`has no profile ${openwrt.profile}`, suggestNear(openwrt.profile, [...profiles.keys()]))];
  if (needsBroute(site) && isBefore(release.kernel, brouteSince)) {
    const kernel = release.kernel.join(".");
    const fact = `is of OpenWrt ${version} with Linux ${kernel}: nft takes frames off a bridge since ${brouteSince.join(".")}`;
    faults.push(blame(fact, "use 24.10 or newer, or dialect: legacy"));
  }
  return faults;
}

/** Whether nft has to take frames off a bridge. */
export const needsBroute = ({ dialect, mode }: Site): boolean => dialect === "nft" && mode !== "proxy-arp";
