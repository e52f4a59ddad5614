import type { Address, Family, NetworkModel } from "../plan/network.ts";
import { joinScripts, type Script } from "./dialects/dialect.ts";

/** The cable between two bridges. It comes before any rule: tc's are for devices that are there. */
export function layCable({ join, ports }: NetworkModel): Script {
  if (join === undefined || join.cable === null) return { start: [], stop: [] };
  return {
    start: [`ip link add ${ports.lan} type veth peer name ${join.cable}`],
    stop: [`ip link del ${ports.lan}`],
  };
}

/** The bridges, before any of them is up. */
export const makeDevices = (model: NetworkModel): Script => joinScripts(joinPorts(model), makeBridge(model));

/**
 * Those of the LAN's ports that are there. Where the LAN is on the main bridge, this one has nothing to say itself,
 * and the cable has that one's MAC.
 */
function joinPorts({ join, ports }: NetworkModel): Script {
  if (join === undefined) return { start: [], stop: [] };
  const { bridge, cable } = join;
  const ifThere = (port: string, command: string) => `[ ! -e /sys/class/net/${port} ] || ${command}`;
  return {
    start: [
      `ip link add ${bridge} type bridge stp_state 0 forward_delay 0`,
      ...join.ports.map((port) => ifThere(port, `ip link set ${port} master ${bridge} up`)),
      ...(cable === null
        ? // it is the lowest of its ports', and stays so if one of them goes
          [`ip link set ${bridge} address "$(cat /sys/class/net/${bridge}/address)"`]
        : [
            `ip link set ${bridge} arp off`,
            `ip link set ${cable} master ${bridge} up`,
            `ip link set ${ports.lan} address "$(cat /sys/class/net/${ports.isp}/address)"`,
          ]),
    ],
    stop: [
      ...(cable === null ? [] : [`ip link set ${cable} down`]),
      ...join.ports.toReversed().map((port) => ifThere(port, `ip link set ${port} down`)),
      `ip link del ${bridge}`,
    ],
  };
}

/** It answers with the MAC of the ISP's port. */
function makeBridge({ bridge, ports }: NetworkModel): Script {
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
  const { bridge, ports, join, addresses, neighbourProxies, routes } = model;
  const devices = [
    ...(bridge === null ? [] : [bridge.name]),
    ports.isp,
    ...(join === undefined || join.cable === null ? [] : [join.bridge]),
    ports.lan,
  ];
  const assign = (family: Family) =>
    addresses
      .filter((address) => address.family === family)
      .map((address) => ({
        start: `address add ${printAddress(address)}${family === "ipv6" ? " nodad" : ""}`,
        stop: `address del ${printAddress(address)}`,
      }));
  const steps: readonly { readonly start: string; readonly stop?: string }[] = [
    ...assign("ipv4"),
    ...devices.map((device) => ({ start: `link set ${device} up`, stop: `link set ${device} down` })),
    // a link that goes down takes these with it
    ...assign("ipv6"),
    // the others needn't even be told: ip(8) ends at a neighbour that isn't there any more, forced or not
    ...neighbourProxies.map(({ address, device }) => ({
      start: `neighbour add proxy ${address} dev ${device}`,
    })),
    ...routes.map(({ to, via, device }) => ({
      start: `route add ${to}${via === undefined ? "" : ` via ${via}`} dev ${device}`,
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
