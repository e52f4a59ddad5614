import type { Lane } from "../lab.ts";
import { between, expectEqual, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";
import { bracketed, exemptNumber, hostAddress } from "./vocabulary.ts";

/** QUIC would go around the proxy: it is refused where TCP 443 is captured, and nowhere else. */
export const quic: Scenario = {
  id: "quic",
  title:
    "UDP 443 is rejected at once for clients whose TCP 443 is captured, so that browsers fall back; an exempt client's, and UDP to other ports, pass",
  appliesTo: ({ network, site }) => network.capture.rejectsQuic && site.exempt.clients.length > 0,
  async prove(lane) {
    const { routed } = lane.plan.network;
    const answers = await Promise.all([
      echo(lane, 1, 443),
      echo(lane, exemptNumber(lane), 443),
      echo(lane, 1, 4433),
    ]);
    expectEqual("what came of UDP 443, an exempt client's, and UDP 4433", answers, [
      routed.map(() => "refused"),
      routed.map(() => "echo"),
      routed.map(() => "echo"),
    ]);
    return `refused within ${limitSeconds} s for client 1, echoed for client ${exemptNumber(lane)} and on port 4433, ${routed.join(" and ")}`;
  },
  control: {
    title: "with capture off client 1's UDP 443 passes as well",
    async refute(lane) {
      const seen = await between(lane.router, capture.off, capture.on, () => echo(lane, 1, 443));
      expectEqual(
        "what came of UDP 443",
        seen,
        lane.plan.network.routed.map(() => "echo"),
      );
      return "echoed";
    },
  },
};

const limitSeconds = 1;

/** Sends a datagram to an origin's echo in each routed family: `echo`, `refused` (ICMP), or `silence`. */
async function echo({ client, plan, topology }: Lane, number: number, port: number): Promise<string[]> {
  const address = { address: topology.origins[0] ?? "", address6: topology.origins6[0] ?? "" };
  const commands = plan.network.routed.map((family) => {
    const target = `UDP:${bracketed(hostAddress(address, family))}:${port}`;
    return `echo echo | socat -t ${limitSeconds} - ${target} 2>&1 | sed 's/.*refused.*/refused/' | grep . || echo silence`;
  });
  return (await client(number).succeed(commands.join("\n"), { timeoutMs: 30_000 })).split("\n");
}
