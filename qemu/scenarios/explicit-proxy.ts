import type { Lane } from "../lab.ts";
import { between, expectEqual, type Scenario } from "./scenario.ts";
import { ownConnections } from "./switches.ts";
import { ask, capturedServices, talk, type Service } from "./vocabulary.ts";

/** Client-side transparency off, server-side on: clients ask the proxy, and the origin sees them all the same. */
export const askedAsClient: Scenario = {
  id: "asked-as-client",
  title:
    "Asked (absolute-form and CONNECT), the proxy connects from the client's own address; who doesn't ask isn't captured, and the ISP's side can't ask",
  appliesTo: ({ network }) => !network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const own = lane.topology.clients[0]?.address;
    const seen = await askTheProxy(lane, 10);
    expectEqual(
      "the origin saw",
      seen,
      seen.map(() => own),
    );
    await askDirectly(lane);
    await lane.isp.fail(`socat -T 2 - TCP:${proxyOf(lane)},connect-timeout=2`);
    return `${seen.length} services saw ${own}; a direct request isn't in the access log; the ISP's side got no connection`;
  },
  control: {
    title: "without the rules for the proxy's own connections nothing comes back",
    async refute(lane) {
      const { off, on } = ownConnections(lane.plan);
      await between(lane.router, off, on, async () => {
        const asks = services(lane).map((service) => `timeout 3 ${askBy(lane, service, 3)} | grep . &`);
        await lane.client(1).succeed(`! { ${asks.join(" ")} wait; } | grep .`);
      });
      return "no answer";
    },
  },
};

/** Both switches off: a plain forward proxy. */
export const askedAsRouter: Scenario = {
  id: "asked-as-router",
  title: "With both switches off the proxy, asked, connects from the router's address",
  appliesTo: ({ network }) => !network.capture.clientSide && !network.capture.serverSide,
  async prove(lane) {
    const { address } = lane.topology.router;
    const seen = await askTheProxy(lane, 10);
    expectEqual(
      "the origin saw",
      seen,
      seen.map(() => address),
    );
    return `${seen.length} services saw ${address}`;
  },
  control: {
    title: "without asking the proxy the origin sees the client",
    async refute(lane) {
      await askDirectly(lane);
      return `the origin saw ${lane.topology.clients[0]?.address}, and the access log has nothing of it`;
    },
  },
};

const services = (lane: Lane): Service[] => capturedServices(lane).filter(({ family }) => family === "ipv4");

const proxyOf = ({ topology, plan }: Lane): string =>
  `${topology.router.address}:${plan.network.capture.proxyPort}`;

/** In absolute form to port 80, else by CONNECT. */
function askBy(lane: Lane, service: Service, seconds: number): string {
  if (service.port === 80)
    return `env http_proxy=http://${proxyOf(lane)} ${ask(service, "", seconds).replace("wget", "wget -Y on")}`;
  const [host, port] = proxyOf(lane).split(":");
  const to = `PROXY:${host}:${service.address}:${service.port},proxyport=${port}`;
  return talk(to, service, seconds);
}

async function askTheProxy(lane: Lane, seconds: number): Promise<string[]> {
  const command = services(lane)
    .map((service) => askBy(lane, service, seconds))
    .join(" && ");
  return (await lane.client(1).succeed(command, { timeoutMs: 60_000 })).split("\n");
}

/** The client's own connection, which the proxy doesn't hear of. */
async function askDirectly(lane: Lane): Promise<void> {
  const [service] = services(lane);
  if (service === undefined) throw new Error("the site names none of the ports that the origins serve");
  // what was asked before may still be on its way into the log
  const count = "sleep 1; cat /var/log/halfbridge/access.log | wc -l";
  const before = await lane.router.console.succeed(count);
  expectEqual(
    "asked directly, the origin saw",
    await lane.client(1).succeed(ask(service)),
    lane.topology.clients[0]?.address,
  );
  expectEqual("lines in the access log", await lane.router.console.succeed(count), before);
}
