import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { ask, capturedServices, shortSleep, type Service } from "./vocabulary.ts";
import { whileTrying } from "./while-trying.ts";

/** failMode: closed, over a restart of all that the init scripts start. */
export const noWindowClosed: Scenario = {
  id: "no-window",
  title:
    "While the router stops and starts everything, a client that tries all the time gets nothing past the proxy (failMode: closed)",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.whenAway === "drop",
  async prove(lane) {
    const { slipped, tries } = await whileDoing(lane, restart);
    expectEqual("SYNs that were forwarded", slipped, 0);
    return `none of ${tries} attempts was forwarded`;
  },
  control: {
    title: "with links up before the capture is in force they are forwarded",
    async refute(lane) {
      const { slipped } = await whileDoing(lane, wrongOrder);
      expectThat("nothing was forwarded", slipped > 0);
      return `${slipped} SYNs were forwarded`;
    },
  },
};

/** failMode: open, over the same. */
export const noWindowOpen: Scenario = {
  id: "no-window-open",
  title:
    "While the proxy starts, a client isn't held up: it reaches origins directly until the proxy listens, and is captured from then on (failMode: open)",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.whenAway === "pass",
  async prove(lane) {
    const { slipped, tries } = await whileDoing(lane, restartWithProxy);
    expectThat(`none of ${tries} attempts was let through`, slipped > 0);
    const [service] = capturedServices(lane) as [Service];
    const expected = lane.plan.site.transparency.server
      ? lane.topology.clients[0]?.address
      : lane.topology.router.address;
    const after = await whileDoing(lane, "sleep 1");
    expectEqual("SYNs that were forwarded once the proxy listened", after.slipped, 0);
    expectEqual("the origin saw", await lane.client(1).succeed(ask(service)), expected);
    return `${slipped} of ${tries} attempts went directly while the proxy started, none of ${after.tries} after`;
  },
  control: {
    title:
      "with the capture in force before the proxy listens, as failMode: closed has it, none goes directly",
    async refute(lane) {
      const hold =
        lane.plan.site.dialect === "nft" ? "; nft add rule inet halfbridge-capture proxy drop" : "";
      const held = restartWithProxy.replace(
        "/usr/lib/halfbridge/stages/capture start",
        `/run/halfbridge/setup/capture.start && : >/run/halfbridge/capturing${hold}; rm -f /run/halfbridge/capture.held`,
      );
      const { slipped } = await whileDoing(lane, held);
      await lane.router.console.succeed(
        "/usr/lib/halfbridge/stages/capture stop && /usr/lib/halfbridge/stages/capture start",
      );
      expectEqual("SYNs that were forwarded", slipped, 0);
      return "none was forwarded";
    },
  },
};

const stopAll = "/usr/lib/halfbridge/stages/all stop";
/** In the order in which init does it. */
const restart = `${stopAll}; /usr/lib/halfbridge/stages/all start && sleep 1`;
const wrongOrder = `${stopAll}; /usr/lib/halfbridge/stages/guard start && /usr/lib/halfbridge/stages/network start && sleep 2 && /usr/lib/halfbridge/stages/capture start`;
/** The proxy ends first, and takes its time to be back. */
const restartWithProxy = [
  stopAll,
  "kill -STOP $(cat /run/halfbridge/supervisor.pid); kill -KILL $(cat /run/halfbridge/proxy.pid)",
  `while [ -e /run/halfbridge/listening ]; do ${shortSleep}; done`,
  "/usr/lib/halfbridge/stages/guard start && /usr/lib/halfbridge/stages/capture start && /usr/lib/halfbridge/stages/network start",
  "sleep 1; kill -CONT $(cat /run/halfbridge/supervisor.pid)",
  `until [ -e /run/halfbridge/capturing ] && [ -e /run/halfbridge/listening ]; do ${shortSleep}; done`,
].join("; ");

const whileDoing = (lane: Lane, command: string) =>
  whileTrying(lane, () =>
    lane.router.console.succeed(`{ ${command}; } >/dev/null 2>&1`, { timeoutMs: 60_000 }),
  );
