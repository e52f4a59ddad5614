import type { Lane } from "../lab.ts";
import { between, expectThat, type Scenario } from "./scenario.ts";

/** GRO puts segments together before the rules see them; none may be lost for it. */
export const largeSegments: Scenario = {
  id: "large-segments",
  title: "With GRO on, packets larger than the MTU are captured and arrive whole",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const { average, bytes } = await withGro(lane, "on", () => download(lane));
    expectThat(`packets of ${average} bytes on average; none was put together`, average > wireBytes);
    return `${bytes} bytes in packets of ${average} bytes on average, as the rules saw them`;
  },
  control: {
    title: "with GRO off no packet is larger than the MTU",
    async refute(lane) {
      const { average } = await withGro(lane, "off", () => download(lane));
      expectThat(`packets of ${average} bytes on average`, average <= wireBytes);
      return `packets of ${average} bytes on average`;
    },
  },
};

/** Not every system has it on at first. */
async function withGro<T>(lane: Lane, state: "on" | "off", work: () => Promise<T>): Promise<T> {
  const { isp } = lane.plan.network.ports;
  const features = await lane.router.console.succeed(`ethtool -k ${isp}`);
  const former = /^generic-receive-offload: on/m.test(features) ? "on" : "off";
  const set = (to: string) => `ethtool -K ${isp} gro ${to}`;
  return between(lane.router, set(state), set(former), work);
}

const wireBytes = 1500;
const wanted = 1_500_000;

/** Downloads a part of the body through the proxy; the size of the packets that came from the ISP for it. */
async function download(lane: Lane): Promise<{ average: number; bytes: number }> {
  const before = await capturedFromIsp(lane);
  const got = await lane
    .client(1)
    .succeed(`wget -T 30 -qO- http://${lane.topology.origins[0]}/body | head -c ${wanted} | wc -c`, {
      timeoutMs: 60_000,
    });
  expectThat(`${got} bytes arrived`, Number(got) === wanted);
  const after = await capturedFromIsp(lane);
  const [packets, bytes] = [after.packets - before.packets, after.bytes - before.bytes];
  return { average: Math.round(bytes / packets), bytes };
}

async function capturedFromIsp({ router }: Lane): Promise<{ packets: number; bytes: number }> {
  const status = await router.console.succeed("halfbridge-status");
  const [, packets, bytes] = /^from isp \S+ +(\d+) packets (\d+) B/m.exec(status) ?? [];
  return { packets: Number(packets), bytes: Number(bytes) };
}
