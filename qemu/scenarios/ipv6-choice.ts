import { portDevices } from "../../build/plan/ports.ts";
import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { crossing, type Switch } from "./switches.ts";
import { bracketed, isFullBridge } from "./vocabulary.ts";

/** ipv6: bridge. */
export const ipv6Bridged: Scenario = {
  id: "ipv6-bridged",
  title: "IPv6 crosses the bridge as it is, past the proxy, as the site says",
  appliesTo: ({ site }) => site.ipv6.handling === "bridge",
  async prove(lane) {
    const before = await clientFrames(lane);
    expectEqual(
      "the origin saw",
      await lane.client(1).succeed(request(lane, 10)),
      lane.topology.clients[0]?.address6,
    );
    const frames = (await clientFrames(lane)) - before;
    expectThat("no frame of the client's on the ISP's link", frames > 0);
    return `${frames} IPv6 frames with the client's own MAC on the ISP's link`;
  },
  control: {
    title: "with the LAN's port off the bridge IPv6 doesn't cross",
    async refute(lane) {
      const { off, on } = crossing(lane.plan.network.ports.lan);
      await between(lane.router, off, on, () => lane.client(1).fail(request(lane, 3)));
      return "no answer within 3 s";
    },
  },
};

/** ipv6: block. */
export const ipv6Blocked: Scenario = {
  id: "ipv6-blocked",
  title: "IPv6 doesn't cross at all: no request, no ping, and no IPv6 frame of the LAN's on the ISP's link",
  appliesTo: ({ site }) => site.ipv6.handling === "block",
  async prove(lane) {
    const before = await lanFrames(lane);
    await Promise.all([
      lane.client(1).fail(request(lane, 2)),
      lane.isp.fail(`ping -c 2 -i 0.2 -W 1 ${lane.topology.clients[0]?.address6}`),
    ]);
    expectEqual("IPv6 frames from the LAN on the ISP's link", (await lanFrames(lane)) - before, 0);
    return "no answer either way, and no frame";
  },
  control: {
    title: "with the block lifted (and, where there is no full bridge, the ports bridged) it crosses",
    async refute(lane) {
      const { off, on } = block(lane);
      const seen = await between(lane.router, off, on, () =>
        lane.client(1).waitUntilSucceeds(request(lane, 3), { timeoutMs: 15_000 }),
      );
      expectEqual("the origin saw", seen, lane.topology.clients[0]?.address6);
      return `the origin saw ${seen}`;
    },
  },
};

const request = ({ topology }: Lane, seconds: number): string =>
  `wget -T ${seconds} -qO- http://${bracketed(topology.origins6[0] ?? "")}/cgi-bin/peer`;

const clientFrames = async ({ pcaps, topology }: Lane): Promise<number> =>
  (await readPackets(pcaps("isp"), `ip6 and ether src ${topology.clients[0]?.mac}`)).length;

const lanFrames = async ({ pcaps, topology }: Lane): Promise<number> =>
  (
    await readPackets(
      pcaps("isp"),
      `ip6 and src net ${topology.lan6} and not src host ${topology.ispRouter.address6} and not src host ${topology.ispNeighbour6}`,
    )
  ).length;

/** Lifts what keeps IPv6 from crossing. */
function block(lane: Lane): Switch {
  const { site, network } = lane.plan;
  const [isp, lan] = portDevices(network);
  // where it belongs: on the bridge that joins it with others, or on none
  const back = `ip link set ${lan} ${network.join === undefined ? "nomaster" : `master ${network.join.bridge}`}`;
  if (isFullBridge(lane.plan)) {
    return site.dialect === "nft"
      ? {
          off: "nft flush chain bridge halfbridge passing",
          on: `nft 'add rule bridge halfbridge passing ether type ip6 drop'`,
        }
      : {
          off: "ebtables-legacy -t filter -F halfbridge-passing",
          on: "ebtables-legacy -t filter -A halfbridge-passing -p IPv6 -j DROP",
        };
  }
  if (network.bridge === null) {
    return {
      off: `ip link add lab type bridge && ip link set ${isp} master lab && ip link set ${lan} master lab && ip link set lab up`,
      on: `ip link del lab && ${back}`,
    };
  }
  const isOnBridge = network.bridge.ports.includes(network.ports.lan);
  const attach = isOnBridge ? [] : [`ip link set ${lan} master br0`];
  const detach = isOnBridge ? [] : [back];
  return site.dialect === "nft"
    ? {
        off: [...attach, "nft insert rule bridge halfbridge bridging ether type ip6 accept"].join(" && "),
        on: [
          ...detach,
          "nft delete rule bridge halfbridge bridging handle $(nft -a list chain bridge halfbridge bridging | sed -n 's/.*ether type ip6 accept # handle //p')",
        ].join(" && "),
      }
    : {
        off: [...attach, "ebtables-legacy -t broute -I BROUTING 1 -p IPv6 -j ACCEPT"].join(" && "),
        on: [...detach, "ebtables-legacy -t broute -D BROUTING -p IPv6 -j ACCEPT"].join(" && "),
      };
}
