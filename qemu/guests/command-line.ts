import type { Topology } from "../topology.ts";

export type Role = "isp" | "lan" | "probe";

/** Fast to boot and to emulate (a program at the same addresses each time is translated once), and quiet. */
const kernelArguments = ["console=ttyS0", "quiet", "lsm=capability", "mitigations=off", "norandmaps"];

/**
 * A guest's kernel command line: what the kernel doesn't know becomes init's environment. `lanPorts` is how many of
 * each router's are connected to the LAN's guest.
 */
export function guestCommandLine(role: Role, topology: Topology, lanes: number, lanPorts = 1): string {
  const { ispRouter, router, clients, hop, origins } = topology;
  const environment = {
    ROLE: role,
    LANES: lanes,
    ...(lanPorts === 1 ? {} : { LAN_PORTS: lanPorts }),
    SHELLS: lanes * (role === "isp" ? 1 + origins.length : clients.length),
    LAN: topology.lan,
    LAN6: topology.lan6,
    ISP_ROUTER: ispRouter.address,
    ISP_ROUTER6: ispRouter.address6,
    ISP_NEIGHBOUR: topology.ispNeighbour,
    ISP_NEIGHBOUR6: topology.ispNeighbour6,
    ROUTER: router.address,
    ROUTER6: router.address6,
    CLIENTS: clients.map(({ address, address6, mac }) => [address, address6, mac].join("/")).join(","),
    HOP: hop === undefined ? "" : [hop.address, hop.address6, hop.mac].join("/"),
    ORIGINS: origins.map((origin, index) => `${origin}/${topology.origins6[index]}`).join(","),
  };
  return [...kernelArguments, ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)].join(
    " ",
  );
}

export const probeCommandLine = [...kernelArguments, "ROLE=probe"].join(" ");
