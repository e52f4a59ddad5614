import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "../lab.ts";
import { readAccessLog } from "./access-log.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { ownConnections } from "./switches.ts";
import { ask, capturedServices, hostAddress, tell, type Service } from "./vocabulary.ts";

/** Both switches on: the proxy is in the way, and the origin sees the client. */
export const clientAddress: Scenario = {
  id: "client-address",
  title:
    "Captured, on every captured port and in every routed family, the origin sees each client's own address",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const services = capturedServices(lane);
    await Promise.all([1, 2].map((number) => askThroughProxy(lane, number, services)));
    return `${services.map(tell).join(", ")} saw clients 1 and 2 by their own addresses, and the access log has each connection`;
  },
  control: {
    title: "without the rules for the proxy's own connections every request fails",
    async refute(lane) {
      const { off, on } = ownConnections(lane.plan);
      const services = capturedServices(lane);
      await between(lane.router, off, on, () =>
        lane.client(1).succeed(allFail(services.map((service) => `timeout 3 ${ask(service)}`))),
      );
      return `no answer from ${services.map(tell).join(", ")}`;
    },
  },
};

/** All at the same time; succeeds if none of them does. */
const allFail = (commands: readonly string[]): string =>
  [
    "rm -f answer*",
    ...commands.map((command, index) => `${command} >answer${index} 2>/dev/null &`),
    "wait; ! cat answer* | grep .",
  ].join("\n");

/** Asks each service whom it talks to, and holds it against the logs of origin and proxy. */
async function askThroughProxy(lane: Lane, number: number, services: readonly Service[]): Promise<void> {
  const { client, origin, topology } = lane;
  const word = `client${number}`;
  const seen = await client(number).succeed(services.map((service) => ask(service, word)).join(" && "), {
    timeoutMs: 60_000,
  });
  const own = services.map(({ family }) => hostAddress(topology.clients[number - 1], family));
  expectEqual("addresses that the origin saw", seen.split("\n"), own);
  if (services.some(({ family, port }) => family === "ipv4" && port === 80)) {
    await origin(1).succeed(`grep '^${own[0]}:[0-9]*: url:/cgi-bin/peer' /tmp/origin1-*.log`);
  }
  for (const [index, service] of services.entries()) await expectLogged(lane, own[index] ?? "", service);
}

/** A line is written when all is over, which may be a moment after the client has its answer. */
async function expectLogged(lane: Lane, own: string, service: Service): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const logged = (await readAccessLog(lane)).some(
      ({ client, destination, destinationPort }) =>
        client === own && destination === service.address && destinationPort === service.port,
    );
    if (logged) return;
    expectThat(`the access log has nothing of ${own} and ${tell(service)}`, attempt < 10);
    await sleep(500);
  }
}
