import { bodySha256 } from "../guests/body.ts";
import type { Lane } from "../lab.ts";
import { between, expectEqual, type Scenario } from "./scenario.ts";

/** Claim 2: the proxy is in the way, and the origin sees the client. */
export const clientAddress: Scenario = {
  id: "client-address",
  title: "Through the proxy the origin sees each client's own address, and a body of 20 MB arrives intact",
  async prove(lane) {
    const { clients, origins } = lane.topology;
    const seen = await Promise.all([1, 2].map((number) => fetchThroughProxy(lane, number)));
    expectEqual(
      "addresses that the origin saw",
      seen,
      clients.slice(0, 2).map(({ address }) => address),
    );
    const sum = await lane
      .client(2)
      .succeed(`wget -T 60 -qO- http://${origins[0]}/body | sha256sum`, { timeoutMs: 60_000 });
    expectEqual("sha256 of the body", sum.split(" ")[0], bodySha256);
    return `the origin saw ${seen.join(" and ")}, the proxy's log has both requests, and 20,000,000 bytes had the right sha256`;
  },
  control: {
    title: "without the rule for the proxy's own connections a request times out",
    async refute({ router, client, topology }) {
      const request = `wget -T 3 -qO- http://${topology.origins[0]}/cgi-bin/peer`;
      const said = await between(
        router,
        `iptables-legacy -t mangle -D ${rule}`,
        `iptables-legacy -t mangle -I ${rule}`,
        () => client(1).fail(request),
      );
      return `the request failed: ${said}`;
    },
  },
};

const rule = "PREROUTING -p tcp -m socket --transparent -j DIVERT";

/** Fetches a page that says whom the origin talks to, and holds it against the logs of origin and proxy. */
async function fetchThroughProxy(
  { client, origin, router, topology }: Lane,
  number: number,
): Promise<string> {
  const url = `http://${topology.origins[0]}/cgi-bin/peer?client${number}`;
  const seen = await client(number).succeed(`wget -T 10 -qO- '${url}'`, { timeoutMs: 20_000 });
  await origin(1).succeed(`grep '^${seen}:[0-9]*: url:/cgi-bin/peer' /tmp/origin1-*.log`);
  const proxied = `grep -F '"url":"${url}"' /var/log/halfbridge/proxy.log | grep -F '"client":"${seen}:'`;
  await router.console.waitUntilSucceeds(proxied);
  return seen;
}
