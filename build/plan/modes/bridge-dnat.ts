import type { BoardProfile } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import type { NetworkModel } from "../network.ts";
import { fullBridge } from "./parts/full-bridge.ts";

/** A full bridge; captured frames are given the bridge's own MAC, and so arrive on the bridge. */
export function modelBridgeDnat(board: BoardProfile, site: Site): NetworkModel {
  return fullBridge(board, site, "dnat");
}
