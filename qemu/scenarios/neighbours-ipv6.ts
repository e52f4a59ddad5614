import type { Lane } from "../lab.ts";
import { expectEqual, type Scenario } from "./scenario.ts";
import { crossing, type Switch } from "./switches.ts";
import { bridgesArp } from "./vocabulary.ts";

/** The twin of neighbours for IPv6: neighbour discovery in place of ARP. */
export const neighboursIpv6: Scenario = {
  id: "neighbours-ipv6",
  title:
    "Neighbour solicitations from the ISP's side for a client are answered by whom the mode says: the router, or the client itself; nobody answers for an address that no host has, or for the ISP's router",
  appliesTo: ({ site }) => site.ipv6.handling === "route",
  async prove(lane) {
    const { clients, router } = lane.topology;
    const expected = [1, 2].map((number) =>
      bridgesArp(lane.plan) ? clients[number - 1]?.mac : router.ispMac,
    );
    expectEqual("asked for clients", await askForClients(lane, 5000), expected);
    expectEqual("asked for others", await askForOthers(lane), ["nobody", "nobody"]);
    return `${clients[0]?.address6} and ${clients[1]?.address6} answered with ${[...new Set(expected)].join(", ")}; nobody for others`;
  },
  control: {
    title: "without what answers, nobody answers",
    async refute(lane) {
      const { off, on } = answers(lane);
      // what has been asked for lately is still known
      await lane.router.console.succeed(off);
      try {
        expectEqual("asked without it", await askForClients(lane, 1000), ["nobody", "nobody"]);
      } finally {
        await lane.router.console.succeed(on);
      }
      return "no answers for clients";
    },
  },
};

function answers({ plan }: Lane): Switch {
  if (bridgesArp(plan)) return crossing(plan.network.ports.lan);
  const pid = "$(cat /run/halfbridge/ndp.pid)"; // its name is its loader's on OpenWrt
  return { off: `kill -STOP ${pid}`, on: `kill -CONT ${pid}` };
}

const askForClients = (lane: Lane, patienceMs: number): Promise<string[]> =>
  askFor(
    lane,
    [1, 2].map((number) => lane.topology.clients[number - 1]?.address6 ?? ""),
    patienceMs,
  );

const askForOthers = (lane: Lane): Promise<string[]> =>
  askFor(lane, [unusedAddress(lane), lane.topology.ispRouter.address6], 700);

/** In the LAN's prefix, and no host's. */
const unusedAddress = ({ topology }: Lane): string => topology.lan6.replace(/::\/\d+$/, "::dead:beef");

/** ndisc6(8) in quiet mode prints just the MAC. */
async function askFor({ isp }: Lane, addresses: readonly string[], patienceMs: number): Promise<string[]> {
  const output = await isp.succeed(
    [
      ...addresses.map(
        (address, index) => `ndisc6 -q -1 -r 3 -w ${patienceMs} ${address} wire >ndp${index} 2>&1 &`,
      ),
      "wait",
      ...addresses.map((_, index) => `tr '\\n' ' ' <ndp${index}; echo`),
    ].join("\n"),
    { timeoutMs: 40_000 },
  );
  const lines = output.split("\n");
  return addresses.map(
    (_, index) => /([0-9a-f]{2}(:[0-9a-f]{2}){5})/i.exec(lines[index] ?? "")?.[1]?.toLowerCase() ?? "nobody",
  );
}
