import { restartBy } from "./restart-by.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";
import { ask, capturedServices, runningPlan, type Service } from "./vocabulary.ts";
import { whileTrying } from "./while-trying.ts";

/** A whole start, from firmware on, with a client that tries all the while. */
export const reboot: Scenario = {
  id: "reboot",
  title:
    "Over a restart of the whole router, with a client that tries all the time, nothing gets past the proxy, and what was confirmed last is what it starts with",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.whenAway === "drop",
  async prove(lane) {
    const { router } = lane;
    const plan = await runningPlan(lane);
    const { slipped, tries } = await whileTrying(lane, () => restartBy(router, "reboot", 60_000));
    expectEqual("SYNs that were forwarded", slipped, 0);
    expectEqual("the plan that it started with", await runningPlan(lane), plan);
    await lane.client(1).waitUntilSucceeds(ask(capturedServices(lane)[0] as Service));
    return `none of ${tries} attempts was forwarded; it started with ${plan}`;
  },
  control: {
    title: "with capture off they are forwarded",
    async refute(lane) {
      const { slipped } = await whileTrying(lane, () =>
        between(lane.router, capture.off, capture.on, () => lane.client(2).succeed("sleep 1")),
      );
      expectThat("nothing was forwarded", slipped > 0);
      return `${slipped} SYNs were forwarded`;
    },
  },
};
