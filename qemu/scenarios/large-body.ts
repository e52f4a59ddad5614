import { bodySha256 } from "../guests/body.ts";
import type { Lane } from "../lab.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";

/** Much at once: nothing is lost or out of place between the two connections. */
export const largeBody: Scenario = {
  id: "large-body",
  title: "Through the proxy a body of 20 MB arrives intact",
  appliesTo: ({ network }) => network.capture.clientSide,
  async prove(lane) {
    const before = await bytesCaptured(lane);
    expectEqual("sha256 of the body", await download(lane), bodySha256);
    const captured = (await bytesCaptured(lane)) - before;
    expectThat(`${captured} bytes came in captured`, captured > 20_000_000);
    return `20,000,000 bytes had the right sha256; ${captured} bytes came in captured`;
  },
  control: {
    title: "with capture off it arrives as well, but none of it captured",
    async refute(lane) {
      await between(lane.router, capture.off, capture.on, async () => {
        expectEqual("sha256 of the body", await download(lane), bodySha256);
        expectEqual("bytes that came in captured", await bytesCaptured(lane), 0);
      });
      return "the same bytes, not captured";
    },
  },
};

async function download({ client, topology }: Lane): Promise<string | undefined> {
  const command = `wget -T 60 -qO- http://${topology.origins[0]}/body | sha256sum`;
  return (await client(2).succeed(command, { timeoutMs: 60_000 })).split(" ")[0];
}

/** From the ISP's side, since the capture was put in force. */
async function bytesCaptured({ router }: Lane): Promise<number> {
  const status = await router.console.succeed("halfbridge-status");
  return Number(/^from isp \S+ +\d+ packets (\d+) B/m.exec(status)?.[1]);
}
