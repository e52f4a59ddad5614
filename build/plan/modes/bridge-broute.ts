import type { BoardProfile } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import type { NetworkModel } from "../network.ts";
import { fullBridge } from "./parts/full-bridge.ts";

/** A full bridge; captured frames are taken off it on the port where they came in (ebtables' broute table). */
export function modelBridgeBroute(board: BoardProfile, site: Site): NetworkModel {
  return fullBridge(board, site, "broute");
}
