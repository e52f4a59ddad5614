import { between, expectEqual, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";
import { ask, capturedServices, hostAddress, tell } from "./vocabulary.ts";

/** Captured, with server-side transparency off. */
export const routerAddress: Scenario = {
  id: "router-address",
  title: "With server-side transparency off clients are captured, and the origin sees the router's address",
  appliesTo: ({ network }) => network.capture.clientSide && !network.capture.serverSide,
  async prove(lane) {
    const services = capturedServices(lane);
    const expected = services.map(({ family }) => hostAddress(lane.topology.router, family));
    for (const number of [1, 2]) {
      const seen = await lane.client(number).succeed(services.map((service) => ask(service)).join(" && "));
      expectEqual(`for client ${number} the origin saw`, seen.split("\n"), expected);
    }
    return `${services.map(tell).join(", ")} saw ${[...new Set(expected)].join(", ")} for clients 1 and 2`;
  },
  control: {
    title: "with capture off the origin sees the client",
    async refute(lane) {
      const services = capturedServices(lane);
      const seen = await between(lane.router, capture.off, capture.on, () =>
        lane.client(1).succeed(services.map((service) => ask(service)).join(" && ")),
      );
      const own = services.map(({ family }) => hostAddress(lane.topology.clients[0], family));
      expectEqual("the origin saw", seen.split("\n"), own);
      return `the origin saw ${[...new Set(own)].join(", ")}`;
    },
  },
};
