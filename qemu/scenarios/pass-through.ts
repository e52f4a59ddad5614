import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { passing } from "./switches.ts";
import { ask, hostAddress, tell, uncapturedService } from "./vocabulary.ts";

/** What isn't captured goes its way as it is. */
export const passThrough: Scenario = {
  id: "pass-through",
  title:
    "What isn't captured passes with addresses kept, in every routed family: another TCP port, UDP of 5000 bytes, ping -s 3000 both ways, from the ISP's side to the LAN, within the LAN",
  async prove(lane) {
    const { clients, origins } = lane.topology;
    const [first, second, third] = clients;
    await lane.client(1).succeed("netstat -lnt | grep -q ':80 ' || httpd -p 80 -h /www");
    for (const family of lane.plan.network.routed) {
      const service = uncapturedService(lane, family);
      const own = hostAddress(first, family);
      expectEqual(`${tell(service)} was asked from`, await lane.client(1).succeed(ask(service)), own);
      await lane.client(1).succeed(`ping -c 2 -i 0.2 -s 3000 ${service.address}`);
      await lane.origin(1).succeed(`ping -c 2 -i 0.2 -s 3000 ${own}`);
    }
    expectEqual("bytes that a UDP echo gave back", await udp(lane), "5000");
    const fetchFrom = `wget -T 5 -qO- http://${first?.address}/cgi-bin/peer`;
    expectEqual("the LAN's server saw", await lane.origin(1).succeed(fetchFrom), origins[0]);
    expectEqual("its neighbour saw", await lane.client(2).succeed(fetchFrom), second?.address);
    expectEqual("through the router it saw", await lane.client(3).succeed(fetchFrom), third?.address);
    const fragments = await readPackets(
      lane.pcaps("isp"),
      `udp and ip[6:2] & 0x1fff != 0 and src ${first?.address} and dst ${origins[0]}`,
    );
    expectThat("no fragment of the client's on the ISP's link", fragments.length > 0);
    return `TCP, UDP (its ${fragments.length} further fragments are on the ISP's link), ping and both directions passed with the hosts' own addresses, ${lane.plan.network.routed.join(" and ")}`;
  },
  control: {
    title: "with the way across shut nothing passes",
    async refute(lane) {
      const { router, client, origin, plan, topology } = lane;
      const { off, on } = passing(plan);
      await between(router, off, on, async () => {
        const attempts = [
          client(1).fail(`ping -c 2 -i 0.2 -W 1 -s 3000 ${topology.origins[0]}`),
          origin(1).fail(`ping -c 2 -i 0.2 -W 1 -s 3000 ${topology.clients[0]?.address}`),
          client(2).fail(ask(uncapturedService(lane, "ipv4"), "", 2)),
        ];
        await Promise.all(attempts);
      });
      return "ping either way and another TCP port failed";
    },
  },
};

/** One datagram there and back, each in four fragments; counts bytes that came back the same. */
const udp = ({ client, topology }: Lane): Promise<string> =>
  client(1).succeed(
    [
      "head -c 5000 /usr/bin/ip >sent",
      `socat -b 65507 -t 10 - UDP:${topology.origins[0]}:7000 <sent >back 2>socat.log &`,
      "until cmp -s sent back; do sleep 0.1; done",
      "kill $!",
      "wc -c <back",
    ].join("\n"),
  );
