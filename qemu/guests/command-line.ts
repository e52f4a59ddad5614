import type { Topology } from "../topology.ts";

export type Role = "isp" | "lan" | "probe";

/** Fast to boot, quiet, and without IPv6, whose announcements nobody asked for. */
const kernelArguments = ["console=ttyS0", "quiet", "ipv6.disable=1", "lsm=capability", "mitigations=off"];

/** A guest's kernel command line: what the kernel doesn't know becomes init's environment. */
export function guestCommandLine(role: Role, topology: Topology, lanes: number): string {
  const environment = {
    ROLE: role,
    LANES: lanes,
    ISP_ROUTER: topology.ispRouter.address,
    ISP_NEIGHBOUR: topology.ispNeighbour,
    ROUTER: topology.router.address,
    PREFIX_LENGTH: topology.prefixLength,
    CLIENTS: topology.clients.map(({ address }) => address).join(","),
    CLIENT_MACS: topology.clients.map(({ mac }) => mac).join(","),
    ORIGINS: topology.origins.join(","),
  };
  return [...kernelArguments, ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)].join(
    " ",
  );
}

export const probeCommandLine = [...kernelArguments, "ROLE=probe"].join(" ");
