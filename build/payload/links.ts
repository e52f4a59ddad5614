import type { Address, Family, NetworkModel } from "../plan/network.ts";
import type { Script } from "./dialects/dialect.ts";

/** The bridge, before anything is up. It answers with the MAC of the ISP's port. */
export function makeDevices({ bridge, ports }: NetworkModel): Script {
  if (bridge === null) return { start: [], stop: [] };
  const { name } = bridge;
  return {
    start: [
      `ip link add ${name} type bridge stp_state 0 forward_delay 0`,
      ...bridge.ports.map((port) => `ip link set ${port} master ${name}`),
      `ip link set ${name} address "$(cat /sys/class/net/${ports.isp}/address)"`,
    ],
    stop: [`ip link del ${name}`],
  };
}

/** Addresses, links, neighbours that are answered for, and routes; ip(8) takes them as one batch. */
export function bringUp(model: NetworkModel): Script {
  const { bridge, ports, addresses, neighbourProxies, routes } = model;
  const devices = [...(bridge === null ? [] : [bridge.name]), ports.isp, ports.lan];
  const assign = (family: Family) =>
    addresses
      .filter((address) => address.family === family)
      .map((address) => ({
        start: `address add ${printAddress(address)}${family === "ipv6" ? " nodad" : ""}`,
        stop: `address del ${printAddress(address)}`,
      }));
  const steps = [
    ...assign("ipv4"),
    ...devices.map((device) => ({ start: `link set ${device} up`, stop: `link set ${device} down` })),
    // a link that goes down takes these with it
    ...assign("ipv6"),
    ...neighbourProxies.map(({ address, device }) => ({
      start: `neighbour add proxy ${address} dev ${device}`,
      stop: `neighbour del proxy ${address} dev ${device}`,
    })),
    ...routes.map(({ to, via, device }) => ({
      start: `route add ${to}${via === undefined ? "" : ` via ${via}`} dev ${device}`,
      stop: undefined, // it goes with its link
    })),
  ];
  const batch = (lines: readonly string[], force = "") =>
    [`ip ${force}-batch - << 'BATCH'`, ...lines, "BATCH"].join("\n");
  return {
    start: [batch(steps.map(({ start }) => start))],
    stop: [
      batch(
        steps.toReversed().flatMap(({ stop }) => stop ?? []),
        "-force ",
      ),
    ],
  };
}

const printAddress = ({ local, peer, prefixLength, device }: Address): string =>
  `${local}${peer === undefined ? "" : ` peer ${peer}`}/${prefixLength} dev ${device}`;
