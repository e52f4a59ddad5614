import type { AnyPlan } from "../../build/plan/plan.ts";
import type { Lane } from "../lab.ts";
import { between, expectThat, type Scenario } from "./scenario.ts";
import { bracketed, hostAddress } from "./vocabulary.ts";

/** What the router tells of itself is for the LAN. */
export const metricsPort: Scenario = {
  id: "metrics-port",
  title: "The LAN can ask the router for metrics and its health, in every family; the ISP's side can't",
  appliesTo: ({ network }) => network.guard.metricsPort !== null,
  async prove(lane) {
    const urls = urlsOf(lane);
    for (const url of urls) {
      const health = await lane.client(1).succeed(`wget -T 10 -qO- ${url}/health`);
      expectThat(`its health: ${health}`, health.includes('"healthy":true'));
      await lane.client(1).succeed(`wget -T 10 -qO- ${url}/metrics | grep '^halfbridge_listening 1'`);
      await lane.isp.fail(`wget -T 2 -qO- ${url}/health`);
    }
    return `client 1 was told at ${urls.join(" and ")}; the ISP's router got no answer`;
  },
  control: {
    title: "with that port opened to anyone, the ISP's router is told",
    async refute(lane) {
      const { open, close } = opening(lane.plan);
      const [url] = urlsOf(lane);
      return between(lane.router, open, close, () => lane.isp.succeed(`wget -T 10 -qO- ${url}/health`));
    },
  },
};

const urlsOf = ({ plan, topology }: Lane): string[] =>
  plan.network.routed.map(
    (family) => `http://${bracketed(hostAddress(topology.router, family))}:${plan.network.guard.metricsPort}`,
  );

/** Commands that open the port on every side, and that close it again. */
function opening({ site, network }: AnyPlan): { open: string; close: string } {
  const port = network.guard.metricsPort;
  return site.dialect === "nft"
    ? {
        open: `nft insert rule inet halfbridge-guard input tcp dport ${port} accept`,
        close: "/usr/lib/halfbridge/stages/guard stop && /usr/lib/halfbridge/stages/guard start",
      }
    : {
        open: `iptables-legacy -I INPUT -p tcp --dport ${port} -j ACCEPT`,
        close: `iptables-legacy -D INPUT -p tcp --dport ${port} -j ACCEPT`,
      };
}
