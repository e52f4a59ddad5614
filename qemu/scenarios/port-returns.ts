import { portDevices } from "../../build/plan/ports.ts";
import type { Lane } from "../lab.ts";
import { expectEqual, type Scenario } from "./scenario.ts";
import { ask, capturedServices, tell, type Service } from "./vocabulary.ts";
import { whileTrying } from "./while-trying.ts";

/** Network adapters on USB go and come back, each time as another device to Linux. */
export const portReturns: Scenario = {
  id: "port-returns",
  title:
    "A network port that goes away and comes back, the ISP's or the LAN's, is taken up again by itself, and nothing gets past the proxy meanwhile",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const [isp, lan] = portDevices(lane.plan.network);
    const sightings: string[] = [];
    for (const port of [isp, lan] as [string, string]) {
      const { slipped, tries } = await whileTrying(lane, async () => {
        await lane.router.console.succeed(`${goAway(port)} && sleep 3 && ${comeBack}`);
        await expectCaptured(lane);
      });
      expectEqual(`SYNs that were forwarded while ${port} was away`, slipped, 0);
      sightings.push(`${port}, with ${tries} attempts meanwhile`);
    }
    const changed = await lane.router.console.succeed("/usr/lib/halfbridge/settings check");
    expectEqual("what isn't as it must be of the kernel's settings", changed, "");
    return `captured again after each had gone: ${sightings.join("; ")}`;
  },
  control: {
    title: "where nobody takes it up, it stays without a network",
    async refute(lane) {
      const [isp] = portDevices(lane.plan.network) as [string];
      const { console } = lane.router;
      await console.succeed(`mv ${noted} ${noted}.kept && ${goAway(isp)} && ${comeBack}`);
      await lane.client(1).fail(`sleep 5; ${ask(someService(lane), "", 3)}`);
      // what would have been noted when it went
      await console.succeed(
        `mv ${noted}.kept ${noted} && sed -i '/^${isp} /d' ${noted} && /usr/lib/halfbridge/ports follow`,
      );
      await expectCaptured(lane);
      return `${tell(someService(lane))} wasn't reached after 5 s`;
    },
  },
};

/** Which ports the network was started with; without it there is none to take up again. */
const noted = "/run/halfbridge/ports";

/** As if it were pulled out: the kernel takes its driver from it. */
const goAway = (port: string): string =>
  `device=$(readlink -f /sys/class/net/${port}/device) && driver=$(readlink -f $device/driver) && echo \${device##*/} > $driver/unbind`;
const comeBack = "echo ${device##*/} > $driver/bind";

const someService = (lane: Lane): Service => capturedServices(lane)[0] as Service;

async function expectCaptured(lane: Lane): Promise<void> {
  const seen = await lane.client(1).waitUntilSucceeds(ask(someService(lane), "", 3), { timeoutMs: 40_000 });
  expectEqual("the origin saw", seen, lane.topology.clients[0]?.address);
}
