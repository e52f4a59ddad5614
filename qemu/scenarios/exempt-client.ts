import type { Lane } from "../lab.ts";
import { countLines } from "./access-log.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { ask, capturedServices, exemptNumber, hostAddress } from "./vocabulary.ts";

/** A client that the site exempts goes its own way. */
export const exemptClient: Scenario = {
  id: "exempt-client",
  title:
    "A client that the site exempts reaches captured ports directly: the origin sees it, the proxy doesn't",
  appliesTo: ({ site, network }) => network.capture.clientSide && site.exempt.clients.length > 0,
  async prove(lane) {
    const number = exemptNumber(lane);
    const services = capturedServices(lane);
    const before = await connections(lane, number);
    const seen = await lane.client(number).succeed(services.map((service) => ask(service)).join(" && "));
    const own = services.map(({ family }) => hostAddress(lane.topology.clients[number - 1], family));
    expectEqual("addresses that the origin saw", seen.split("\n"), own);
    expectEqual("its connections in the access log", await connections(lane, number), before);
    return `client ${number} was seen by its own address on ${services.length} services, and the access log has none of it`;
  },
  control: {
    title: "another client, which isn't exempt, is in the access log",
    async refute(lane) {
      const before = await connections(lane, 1);
      const services = capturedServices(lane);
      await lane.client(1).succeed(services.map((service) => ask(service)).join(" && "));
      await lane.router.console.waitUntilSucceeds(`[ $(${count(lane, 1)}) -ge ${before + services.length} ]`);
      const more = (await connections(lane, 1)) - before;
      expectThat(`${more} connections for ${services.length} requests`, more >= services.length);
      return `${more} connections of client 1`;
    },
  },
};

const count = (lane: Lane, number: number): string => {
  const { address = "", address6 = "" } = lane.topology.clients[number - 1] ?? {};
  return countLines(lane, [address, address6]);
};

async function connections(lane: Lane, number: number): Promise<number> {
  return Number((await lane.router.console.run(count(lane, number))).output);
}
