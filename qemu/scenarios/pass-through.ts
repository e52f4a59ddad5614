import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** Claim 3: what isn't captured is routed as it is. */
export const passThrough: Scenario = {
  id: "pass-through",
  title:
    "What isn't captured passes with addresses kept: another TCP port, UDP of 5000 bytes, ping -s 3000 both ways, from the ISP's side to the LAN, within the LAN",
  async prove(lane) {
    await serve(lane);
    const { clients, origins } = lane.topology;
    const [first, , third] = clients;
    expectEqual("TCP 8080 came from", await tcp(lane), first?.address);
    expectEqual("bytes that a UDP echo gave back", await udp(lane), "5000");
    await lane.client(1).succeed(`ping -c 2 -i 0.2 -s 3000 ${origins[0]}`);
    await lane.origin(1).succeed(`ping -c 2 -i 0.2 -s 3000 ${first?.address}`);
    const fetchFrom = (address: string | undefined, port: number) =>
      `wget -T 5 -qO- http://${address}:${port}/cgi-bin/peer`;
    expectEqual(
      "the LAN's server saw",
      await lane.origin(1).succeed(fetchFrom(first?.address, 80)),
      origins[0],
    );
    expectEqual(
      "its neighbour saw",
      await lane.client(2).succeed(fetchFrom(first?.address, 80)),
      clients[1]?.address,
    );
    expectEqual(
      "through the router it saw",
      await lane.client(3).succeed(fetchFrom(first?.address, 80)),
      third?.address,
    );
    const fragments = await readPackets(
      lane.pcap("isp"),
      `udp and ip[6:2] & 0x1fff != 0 and src ${first?.address} and dst ${origins[0]}`,
    );
    expectThat("no fragment of the client's on the ISP's link", fragments.length > 0);
    return `TCP 8080, UDP (its ${fragments.length} further fragments are on the ISP's link), ping and both directions passed with the hosts' own addresses`;
  },
  control: {
    title: "with forwarding refused nothing passes",
    async refute({ router, client, origin, topology }) {
      const rule = "FORWARD -j DROP";
      await between(router, `iptables-legacy -I ${rule}`, `iptables-legacy -D ${rule}`, async () => {
        const attempts = [
          client(1).fail(`ping -c 2 -i 0.2 -W 1 -s 3000 ${topology.origins[0]}`),
          origin(1).fail(`ping -c 2 -i 0.2 -W 1 -s 3000 ${topology.clients[0]?.address}`),
          client(2).fail(`socat -T 2 - TCP:${topology.origins[0]}:8080,connect-timeout=2`),
        ];
        await Promise.all(attempts);
      });
      return "ping either way and TCP 8080 failed";
    },
  },
};

/** Services on the first origin and on the first client. */
async function serve({ origin, client }: Lane): Promise<void> {
  await origin(1).succeed(
    [
      "socat TCP-LISTEN:8080,reuseaddr,fork 'SYSTEM:echo $SOCAT_PEERADDR' >/tmp/socat.log 2>&1 &",
      "socat -b 65507 UDP-RECVFROM:7000,fork PIPE >/tmp/socat.log 2>&1 &",
    ].join("\n"),
  );
  await client(1).succeed("httpd -p 80 -h /www");
  await origin(1).waitUntilSucceeds("netstat -ltnu | grep -q :8080 && netstat -lnu | grep -q :7000");
}

const tcp = ({ client, topology }: Lane): Promise<string> =>
  client(1).succeed(`socat -t 5 - TCP:${topology.origins[0]}:8080,connect-timeout=5`);

/** One datagram there and back, each in four fragments; counts bytes that came back the same. */
const udp = ({ client, topology }: Lane): Promise<string> =>
  client(1).succeed(
    [
      "head -c 5000 /usr/bin/ip >/tmp/sent",
      `socat -b 65507 -t 10 - UDP:${topology.origins[0]}:7000 </tmp/sent >/tmp/back 2>/tmp/socat.log &`,
      "until cmp -s /tmp/sent /tmp/back; do sleep 0.1; done",
      "kill $!",
      "wc -c </tmp/back",
    ].join("\n"),
  );
