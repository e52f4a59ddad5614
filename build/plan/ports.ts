import type { BoardProfile } from "../config/board.ts";
import { lanPorts } from "../config/ports.ts";
import type { NetworkModel } from "./network.ts";

export type PlannedPorts = Pick<NetworkModel, "ports" | "join">;

/** Names that no port can have, but for the first, which is taken. */
const joined = { bridge: "br1", port: "to-br1", cable: "to-br0" } as const;

/**
 * What the interfaces of a board's ports are called. Several ports of the LAN are joined by a bridge; it stands for
 * them, or, where the LAN's port is to be one of the main bridge, the end of a cable to it.
 */
export function planPorts({ ports }: Pick<BoardProfile, "ports">, onBridge: boolean): PlannedPorts {
  const isp = ports.isp.name;
  const [first, ...others] = lanPorts(ports).map(({ name }) => name);
  if (first === undefined) throw new Error("a board without a port for the LAN");
  if (others.length === 0) return { ports: { isp, lan: first } };
  const { bridge, port, cable } = joined;
  return {
    ports: { isp, lan: onBridge ? port : bridge },
    join: { bridge, ports: [first, ...others], cable: onBridge ? cable : null },
  };
}

/** The network devices behind the ports. */
export const portDevices = ({ ports, join }: PlannedPorts): readonly string[] => [
  ports.isp,
  ...(join?.ports ?? [ports.lan]),
];
