import { expectThat, type Scenario } from "./scenario.ts";
import { ask, capturedServices, hostAddress, type Service } from "./vocabulary.ts";

/** Whoever runs the router can ask the proxy what it does, and why. */
export const operating: Scenario = {
  id: "operating",
  title:
    "Asked on the router, the proxy says who asked for what, and which rule decides; it reads its lists again",
  appliesTo: ({ network, site }) => network.capture.clientSide && site.proxy.engine === "halfbridge",
  async prove(lane) {
    const { client, router, topology } = lane;
    const [service] = capturedServices(lane) as [Service];
    const address = hostAddress(topology.clients[0], service.family);
    await client(1).succeed(ask(service));
    await router.console.waitUntilSucceeds(`halfbridge-ctl top | grep '^${address} '`);
    const status = await router.console.succeed("halfbridge-ctl status");
    expectThat(`no connections in: ${status}`, /^so far +[1-9]/m.test(status));
    const why = await router.console.succeed(
      `halfbridge-ctl why http://${service.address}/ --client ${address} | head -n 1`,
    );
    expectThat(`what it said of a request: ${why}`, /^(allowed|blocked)[: ]/.test(why));
    const reloaded = await router.console.succeed("halfbridge-ctl reload");
    expectThat(`what it said of its lists: ${reloaded}`, reloaded.includes("in force: "));
    return `client 1 is at the top; a request of it is ${why}; ${reloaded}`;
  },
  control: {
    title: "while the proxy is suspended nothing of it is said",
    async refute({ router }) {
      await router.console.succeed(`kill -STOP ${proxy}`);
      try {
        await router.console.fail("timeout 2 halfbridge-ctl top | grep .");
      } finally {
        await router.console.succeed(`kill -CONT ${proxy}`);
      }
      return "no answer";
    },
  },
};

const proxy = "$(cat /run/halfbridge/proxy.pid)";
