import type { Lane } from "../lab.ts";
import { between, expectEqual, type Scenario } from "./scenario.ts";
import { clamp } from "./switches.ts";
import { ask, isFullBridge, tell, uncapturedService, upload } from "./vocabulary.ts";

/** PPPoE's 1492 bytes, and routers that don't say so. */
export const smallMtu: Scenario = {
  id: "small-mtu",
  title:
    "Behind a link of MTU 1492 an upload arrives whole: with ICMP “fragmentation needed” even without clamping, without ICMP by clamping segments",
  appliesTo: ({ network }) => network.clamp !== null && network.capture.clientSide,
  async prove(lane) {
    const { router, plan } = lane;
    const { off, on } = clamp(plan);
    const withIcmp = await between(router, off, on, () => transfer(lane));
    const withClamp = await withoutIcmp(lane, () => transfer(lane));
    expectEqual("bytes with ICMP alone, and with clamping alone", [withIcmp, withClamp], [size, size]);
    return `${size} bytes each way: by ICMP alone, and by clamping alone${isFullBridge(plan) ? "" : await alsoUncaptured(lane)}`;
  },
  control: {
    title: "without clamping and without ICMP the upload stalls",
    async refute(lane) {
      const { off, on } = clamp(lane.plan);
      const arrived = await between(lane.router, off, on, () => withoutIcmp(lane, () => transfer(lane, 3)));
      expectEqual("bytes that arrived", arrived, 0);
      return "nothing arrived in 3 s";
    },
  },
};

const size = 100_000;

/** Posts a body to the origin behind the small link; the origin says how much came. Paths that were learned are forgotten first. */
async function transfer(lane: Lane, seconds = 20): Promise<number> {
  const [, origin = ""] = lane.topology.origins;
  await lane.router.console.succeed("ip route flush cache; ip -6 route flush cache");
  await lane.client(1).succeed("ip route flush cache");
  const { output } = await lane
    .client(1)
    .run(upload(lane, origin, size, seconds), { timeoutMs: 30_000 + seconds * 1000 });
  return Number(output);
}

async function withoutIcmp<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
  await lane.isp.succeed("/lab/icmp-blackhole on");
  try {
    return await work();
  } finally {
    await lane.isp.succeed("/lab/icmp-blackhole off");
  }
}

/** Where all is routed, segments that aren't captured are clamped too: 40 kB of anything to a port that takes it. */
async function alsoUncaptured(lane: Lane): Promise<string> {
  const service = uncapturedService(lane, "ipv4", 2);
  await withoutIcmp(lane, () => lane.client(1).succeed(`head -c 40000 /usr/bin/ip | ${ask(service)}`));
  return `, and ${tell(service)}, which isn't captured, likewise`;
}
