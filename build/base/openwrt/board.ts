import type { BoardProfile, OpenwrtBoard } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import { InputError, type Fault } from "../../core/faults.ts";

/**
 * A board as OpenWrt sees it: by OpenWrt's names for its ports, and without what only concerns another base.
 * Throws an InputError where the profile has no facts about OpenWrt.
 */
export function openwrtBoard(profile: BoardProfile, file: string): OpenwrtBoard {
  const { openwrt, consoles: _, image: _image, kernel: _kernel, loader: _loader, ...rest } = profile;
  if (openwrt === undefined) {
    const fact = "is missing: what this board is to OpenWrt isn't known";
    throw new InputError([
      { file, path: "/openwrt", fact, hint: "board-configs/README.md says what belongs there" },
    ]);
  }
  const { ports = profile.ports, ...facts } = openwrt;
  return { ...rest, base: "openwrt", ports, openwrt: facts };
}

/** What of a site doesn't go with OpenWrt; `file` is the site's. */
export function checkForOpenwrt(site: Site, file: string): Fault[] {
  if (site.proxy.engine !== "squid") return [];
  const fact = "is squid, which isn't brought to OpenWrt";
  return [{ file, path: "/proxy/engine", fact, hint: "use halfbridge, or Debian's base" }];
}
