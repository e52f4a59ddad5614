import type { BoardProfile } from "../config/board.ts";
import type { NetworkModel } from "./network.ts";

/** What the interfaces of a board's ports are called. */
export const portNames = ({ ports }: Pick<BoardProfile, "ports">): NetworkModel["ports"] => ({
  isp: ports.isp.name,
  lan: ports.lan.name,
});
