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
    const firstLink = lane.pcaps("lan").slice(0, 1);
    const packets = await readPackets(firstLink, asked);
    const others = await readPackets(firstLink, `${asked} and not (${direct})`);
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

/** The bridge that only joins ports has a MAC of its own, which anybody in the LAN may find out. */
export const joiningBridge: Scenario = {
  id: "joining-bridge",
  title:
    "Who sends to the MAC of the bridge that joins the LAN's ports gets nowhere, and so not past the proxy",
  appliesTo: ({ network }) => typeof network.join?.cable === "string" && network.capture.clientSide,
  async prove(lane) {
    await pastTheRouter(lane, (request) => lane.client(2).fail(request));
    return `no answer from ${lane.topology.origins[0]}`;
  },
  control: {
    title: "if that bridge forwards, it is a way past the proxy",
    async refute(lane) {
      const forwarding = `/proc/sys/net/ipv4/conf/${lane.plan.network.join?.bridge}/forwarding`;
      const [off, on] = [`echo 1 >${forwarding}`, `echo 0 >${forwarding}`];
      const seen = await between(lane.router, off, on, () =>
        pastTheRouter(lane, (request) => lane.client(2).succeed(request)),
      );
      expectEqual("the origin saw", seen, lane.topology.clients[1]?.address);
      return `${lane.topology.origins[0]} was reached`;
    },
  },
};

/** Client 2 asks an origin on a captured port; what is for its gateway, the router, it sends to the joining bridge. */
async function pastTheRouter<T>(lane: Lane, work: (request: string) => Promise<T>): Promise<T> {
  const { client, router, plan, topology } = lane;
  const mac = await router.console.succeed(`cat /sys/class/net/${plan.network.join?.bridge}/address`);
  const neighbour = `${topology.router.address} dev wire`;
  await client(2).succeed(`ip neigh replace ${neighbour} lladdr ${mac.trim()} nud permanent`);
  try {
    return await work(`wget -T 3 -qO- http://${topology.origins[0]}/cgi-bin/peer`);
  } finally {
    await client(2).succeed(`ip neigh del ${neighbour}`);
  }
}

/** It would be captured on its way to anybody else. */
const fetchFrom = ({ topology }: Lane, seconds: number): string =>
  `wget -T ${seconds} -qO- http://${topology.clients[0]?.address}/cgi-bin/peer`;
