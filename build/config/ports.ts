import type { BoardProfile } from "./board-schema.ts";

export type Ports = BoardProfile["ports"];
export type Port = Ports["isp"];

/** The ports towards the LAN: one, or several that are to be one LAN. */
export const lanPorts = ({ lan }: Ports): readonly Port[] => (Array.isArray(lan) ? lan : [lan]);

/** Every port with its role and its place below /ports in the profile: `/isp`, `/lan`, of several `/lan/0`. */
export function allPorts(ports: Ports): { readonly role: "isp" | "lan"; at: string; port: Port }[] {
  const lan = lanPorts(ports).map((port, index) => ({
    role: "lan" as const,
    at: Array.isArray(ports.lan) ? `/lan/${index}` : "/lan",
    port,
  }));
  return [{ role: "isp", at: "/isp", port: ports.isp }, ...lan];
}
