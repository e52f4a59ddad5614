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

/** What of a site doesn't go with OpenWrt, or not with the board. `files` name the two. */
export function checkForOpenwrt(
  { ports }: OpenwrtBoard,
  site: Site,
  files: { readonly board: string; readonly site: string },
): Fault[] {
  const faults: Fault[] = [];
  if (site.proxy.engine === "squid") {
    faults.push({
      file: files.site,
      path: "/proxy/engine",
      fact: "is squid, which isn't brought to OpenWrt",
      hint: "use halfbridge, or Debian's base",
    });
  }
  const { isp, lan } = ports;
  const isBridged = site.mode === "bridge-broute" || site.mode === "bridge-dnat";
  if (isBridged && isp.dsaPort !== undefined && lan.dsaPort !== undefined) {
    faults.push({
      file: files.site,
      path: "/mode",
      fact: `is ${site.mode}, but ${isp.dsaPort} and ${lan.dsaPort} are ports of one switch chip (${files.board}), which would bridge them itself, past every rule`,
      hint: "use half-bridge or proxy-arp",
    });
  }
  return faults;
}
