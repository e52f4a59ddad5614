import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { crossing } from "./switches.ts";
import { ask, isFullBridge, uncapturedService } from "./vocabulary.ts";

/** What Cameron Schaus wished for in 2007: all else is as if there were only a cable. */
export const bridgedFrames: Scenario = {
  id: "bridged-frames",
  title:
    "What isn't captured is truly bridged: the client's MAC is on the ISP's link, and broadcast, multicast, DHCP, other protocols and VLAN-tagged frames cross",
  appliesTo: isFullBridge,
  async prove(lane) {
    await lane.isp.succeed(addVlan(1));
    await sendAll(lane);
    expectEqual("frames that crossed", await crossed(lane), Object.keys(filtersOf(lane)));
    const lease = await dhcp(lane);
    expectThat(`no lease: ${lease}`, lease.startsWith(dhcpAddress(lane)));
    await lane.client(1).waitUntilSucceeds(pingInVlan);
    return `${Object.keys(filtersOf(lane)).join(", ")} crossed with the client's MAC; DHCP across the bridge gave ${dhcpAddress(lane)}; ping inside VLAN 7 was answered`;
  },
  control: {
    title: "with the LAN's port off the bridge none of it crosses",
    async refute(lane) {
      const { off, on } = crossing(lane.plan.network.ports.lan);
      // counted while it is off: hosts also send by themselves
      await between(lane.router, off, on, async () => {
        const before = await counts(lane);
        await sendAll(lane);
        await lane.client(1).fail(pingInVlan);
        expectEqual("frames that crossed", await counts(lane), before);
      });
      return "nothing crossed";
    },
  },
};

const experimental = "88b5"; // IEEE 802, for local experiments

/** What to look for on the ISP's link, by what it is. */
function filtersOf({ topology }: Lane): Record<string, string> {
  const from = `ether src ${topology.clients[0]?.mac}`;
  return {
    "TCP to another port": `${from} and tcp and dst host ${topology.origins[0]}`,
    broadcast: `${from} and ether dst ff:ff:ff:ff:ff:ff and udp port 9999`,
    multicast: `${from} and udp port 9998 and ether multicast`,
    "another protocol": `${from} and ether proto 0x${experimental}`,
    "VLAN-tagged": `${from} and vlan 7`,
  };
}

async function sendAll(lane: Lane): Promise<void> {
  await lane
    .client(1)
    .run(
      [
        addVlan(2),
        `${ask(uncapturedService(lane, "ipv4"), "", 2)} &`,
        "echo broadcast | socat - UDP-DATAGRAM:255.255.255.255:9999,broadcast,so-bindtodevice=wire",
        "echo multicast | socat - UDP-DATAGRAM:239.1.2.3:9998,so-bindtodevice=wire",
        `/lab/send-frame ff:ff:ff:ff:ff:ff ${experimental}`,
        "ping -c 1 -W 1 192.168.7.1 >/dev/null",
        "wait",
      ].join("\n"),
      { timeoutMs: 20_000 },
    );
}

const addVlan = (host: number): string =>
  // (/sys has the links of the first network namespace only)
  `ip link show wire.7 >/dev/null 2>&1 || { /lab/load vlan; ip link add link wire name wire.7 type vlan id 7 && ip addr add 192.168.7.${host}/24 dev wire.7 && ip link set wire.7 up; }`;

async function counts(lane: Lane): Promise<Record<string, number>> {
  const entries = await Promise.all(
    Object.entries(filtersOf(lane)).map(
      async ([what, filter]) => [what, (await readPackets(lane.pcaps("isp"), filter)).length] as const,
    ),
  );
  return Object.fromEntries(entries);
}

const crossed = async (lane: Lane): Promise<string[]> =>
  Object.entries(await counts(lane))
    .filter(([, count]) => count > 0)
    .map(([what]) => what);

/** A host address that nobody in the lab has. */
const dhcpAddress = ({ topology }: Lane): string => topology.router.address.replace(/\d+$/, "77");

/** A server on the ISP's side; a client that asks it keeps its own address all the same. */
async function dhcp(lane: Lane): Promise<string> {
  const address = dhcpAddress(lane);
  await lane.isp.succeed(`/lab/dhcp-server ${address} ${address}`);
  try {
    return await lane.client(1).succeed("/lab/dhcp-request", { timeoutMs: 20_000 });
  } finally {
    await lane.isp.run("/lab/dhcp-server off");
  }
}

const pingInVlan = "ping -c 3 -i 0.2 -W 1 192.168.7.1";
