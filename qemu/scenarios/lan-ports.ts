import { portDevices } from "../../build/plan/ports.ts";
import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { crossing } from "./switches.ts";
import { ask, capturedServices, hostAddress, tell } from "./vocabulary.ts";

/** Several ports towards the LAN are one LAN: client 2 is on the second, all others are on the first. */
export const lanPorts: Scenario = {
  id: "lan-ports",
  title:
    "A client on the LAN's second port is captured as those on the first are, and they reach each other directly, past router and proxy",
  appliesTo: ({ network }) => network.join !== undefined,
  async prove(lane) {
    const { client, plan, topology } = lane;
    const [first, second] = topology.clients;
    const { clientSide, serverSide } = plan.network.capture;
    const services = clientSide ? capturedServices(lane) : [];
    for (const service of services) {
      const expected = serverSide ? second : topology.router;
      const seen = await client(2).succeed(ask(service));
      expectEqual(`${tell(service)} saw`, seen, hostAddress(expected, service.family));
    }
    await client(1).succeed("netstat -lnt | grep -q ':80 ' || httpd -p 80 -h /www");
    expectEqual("client 1 saw", await client(2).succeed(fetchFrom(lane, 5)), second?.address);
    const asked = `src host ${second?.address} and dst host ${first?.address} and tcp dst port 80`;
    const direct = `ether src ${second?.mac} and ether dst ${first?.mac}`;
    const packets = await readPackets(lane.pcap("lan"), asked);
    const others = await readPackets(lane.pcap("lan"), `${asked} and not (${direct})`);
    expectThat("nothing of client 2's on client 1's link", packets.length > 0);
    expectEqual("packets of client 2's to client 1 with another MAC than its own", others, []);
    return `${["client 1", ...services.map(tell)].join(", ")} saw client 2 on the second port; all ${packets.length} packets to client 1 had its own MAC`;
  },
  control: {
    title: "with the second port off its bridge its client reaches neither an origin nor the others",
    async refute(lane) {
      const { router, client, plan, topology } = lane;
      const port = portDevices(plan.network)[2] ?? "";
      const { off, on } = crossing(port, plan.network.join?.bridge);
      await between(router, off, on, () =>
        Promise.all([
          client(2).fail(`ping -c 2 -i 0.2 -W 1 ${topology.origins[0]}`),
          client(2).fail(fetchFrom(lane, 2)),
        ]),
      );
      return `no answer from ${topology.origins[0]}, and none from ${topology.clients[0]?.address}`;
    },
  },
};

/** It would be captured on its way to anybody else. */
const fetchFrom = ({ topology }: Lane, seconds: number): string =>
  `wget -T ${seconds} -qO- http://${topology.clients[0]?.address}/cgi-bin/peer`;
