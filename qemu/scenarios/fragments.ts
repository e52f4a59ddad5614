import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { upload } from "./vocabulary.ts";

/** The later parts of a fragmented segment don't say their ports. */
export const fragments: Scenario = {
  id: "fragments",
  title: "Captured TCP that arrives in fragments, from the LAN and from the ISP, gets through whole",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const before = [await fragmentsOn(lane, "lan"), await fragmentsOn(lane, "isp")] as const;
    const [up, down] = await withFragmentingIsp(lane, () => transfer(lane));
    expectEqual("what the origin got, and what came back", [up, down], [uploaded, downloaded]);
    const seen = [
      (await fragmentsOn(lane, "lan")) - before[0],
      (await fragmentsOn(lane, "isp")) - before[1],
    ] as const;
    expectThat(`${seen[0]} and ${seen[1]} fragments on the links`, seen[0] > 0 && seen[1] > 0);
    return `${uploaded} and ${downloaded} bytes were whole; ${seen[0]} fragments came from the LAN, ${seen[1]} from the ISP`;
  },
  control: {
    title: "with reassembly off on the router neither direction gets through",
    async refute(lane) {
      const [up, down] = await withoutReassembly(lane, () =>
        withFragmentingIsp(lane, () => transfer(lane, 4)),
      );
      expectThat(`${up} and ${down} bytes got through`, up !== uploaded && down !== downloaded);
      return `of ${uploaded} bytes up ${up}, of ${downloaded} down ${down} arrived in 4 s`;
    },
  },
};

/** What the proxy gets for a client that asked it is addressed to the client, whichever part of a packet it is. */
export const fragmentsAsked: Scenario = {
  id: "fragments-asked",
  title: "Asked, and connected from the client's address, the proxy gets whole what arrives in fragments",
  appliesTo: ({ network }) => !network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const before = await fragmentsOn(lane, "isp");
    expectEqual("what came back", await withFragmentingIsp(lane, () => fetchByProxy(lane)), downloaded);
    const seen = (await fragmentsOn(lane, "isp")) - before;
    expectThat(`${seen} fragments on the ISP's link`, seen > 0);
    return `${downloaded} bytes were whole; ${seen} fragments came from the ISP`;
  },
  control: {
    title: "with reassembly off on the router it doesn't",
    async refute(lane) {
      const bytes = await withoutReassembly(lane, () =>
        withFragmentingIsp(lane, () => fetchByProxy(lane, 4)),
      );
      expectThat(`${bytes} bytes got through`, bytes !== downloaded);
      return `of ${downloaded} bytes ${bytes} arrived in 4 s`;
    },
  },
};

async function withoutReassembly<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
  const { low, high } = await thresholds(lane);
  const set = (first: string, second: string) => `cd ${folder} && echo ${first} && echo ${second}`;
  const off = set("0 >ipfrag_low_thresh", "0 >ipfrag_high_thresh");
  const on = set(`${high} >ipfrag_high_thresh`, `${low} >ipfrag_low_thresh`);
  return await between(lane.router, off, on, work);
}

const folder = "/proc/sys/net/ipv4";

/** How much memory reassembly may take on the router, in bytes. */
async function thresholds({ router }: Lane): Promise<{ low: string; high: string }> {
  const [low = "", high = ""] = (
    await router.console.succeed(`cd ${folder} && cat ipfrag_low_thresh ipfrag_high_thresh`)
  ).split("\n");
  return { low, high };
}

const uploaded = 60_000;
const downloaded = 60_000;

/** Client 4 is behind a hop that sends in fragments; what it uploads, and what client 1 downloads, in bytes. */
async function transfer(lane: Lane, seconds = 20): Promise<[up: number, down: number]> {
  const [origin = ""] = lane.topology.origins;
  const timeoutMs = 30_000 + seconds * 1000;
  const outputs = await Promise.all([
    lane.client(4).run(upload(lane, origin, uploaded, seconds), { timeoutMs }),
    lane.client(1).run(download(origin, seconds), { timeoutMs }),
  ]);
  const [up, down] = outputs.map(({ output }) => Number(output));
  return [up ?? 0, down ?? 0];
}

/** What client 1 gets when it asks the proxy, in bytes. */
async function fetchByProxy({ client, topology, plan }: Lane, seconds = 20): Promise<number> {
  const proxy = `http://${topology.router.address}:${plan.network.capture.proxyPort}`;
  const command = `http_proxy=${proxy}; export http_proxy; ${download(topology.origins[0] ?? "", seconds)}`;
  return Number((await client(1).run(command, { timeoutMs: 30_000 + seconds * 1000 })).output);
}

const download = (origin: string, seconds: number): string =>
  `timeout ${seconds} wget -Y on -T ${seconds} -qO- http://${origin}/body | head -c ${downloaded} | wc -c`;

/** The ISP's router has a small way to client 1, and doesn't mind that the origin forbids fragments. */
async function withFragmentingIsp<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
  const way = `${lane.topology.clients[0]?.address}/32 dev wire`;
  await lane.isp.succeed(`/lab/clear-df on && ip route replace ${way} mtu lock 600`);
  try {
    return await work();
  } finally {
    await lane.isp.succeed(`ip route del ${way}; /lab/clear-df off`);
  }
}

/** Parts of TCP packets, first ones and later ones, on a link. */
const fragmentsOn = async (lane: Lane, side: "isp" | "lan"): Promise<number> => {
  const from =
    side === "lan" ? `src ${lane.topology.clients[3]?.address}` : `src ${lane.topology.origins[0]}`;
  return (await readPackets(lane.pcaps(side), `ip proto 6 and ip[6:2] & 0x3fff != 0 and ${from}`)).length;
};
