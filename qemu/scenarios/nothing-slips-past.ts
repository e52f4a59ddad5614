import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "../lab.ts";
import { readAccessLog } from "./access-log.ts";
import { readSyns, type Segment } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";
import { ask, bracketed, capturedServices } from "./vocabulary.ts";

/** Claim 4: every connection to a captured port on the ISP's link is the proxy's own. */
export const nothingSlipsPast: Scenario = {
  id: "nothing-slips-past",
  title:
    "Every SYN to a captured port on the ISP's link is the proxy's: it carries the router's MAC, was on no client's wire, and has its twin in the access log",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const before = {
      captured: (await captured(lane, "isp")).length,
      forwarded: (await forwarded(lane)).length,
    };
    const startedMs = Number(await lane.router.console.succeed("date +%s")) * 1000;
    await makeRequests(lane);
    const syns = (await captured(lane, "isp")).slice(before.captured);
    const others = syns.filter(({ sourceMac }) => sourceMac !== lane.topology.router.ispMac);
    expectEqual("SYNs with another MAC than the router's", others.map(tell), []);
    expectEqual("SYNs that were forwarded", (await forwarded(lane)).slice(before.forwarded).map(tell), []);
    const fresh = countByEnds(syns);
    await expectLogged(lane, fresh, startedMs);
    return `${syns.length} SYNs, none of them a client's; each has its line in the access log`;
  },
  control: {
    title: "with capture off the clients' own SYNs are on the ISP's link",
    async refute(lane) {
      const before = (await forwarded(lane)).length;
      const count = await between(lane.router, capture.off, capture.on, async () => {
        await makeRequests(lane);
        return (await forwarded(lane)).length - before;
      });
      expectThat("with capture off no SYN was forwarded", count > 0);
      return `${count} SYNs were the same on both links`;
    },
  },
};

/** Clients 1 and 2 ask an origin each, on every captured port. */
async function makeRequests(lane: Lane): Promise<void> {
  await Promise.all(
    [1, 2].map((number) => {
      const commands = capturedServices(lane, number).map((service) => ask(service));
      return lane.client(number).succeed(commands.join(" && "), { timeoutMs: 60_000 });
    }),
  );
}

/** New connections from the LAN to captured ports outside it, on a link; a SYN that was sent twice counts once. */
export async function captured({ plan, topology, pcaps }: Lane, side: "isp" | "lan"): Promise<Segment[]> {
  const ports = plan.site.capture.map(({ port }) => `dst port ${port}`).join(" or ");
  const ways = [topology.lan, topology.lan6].map((lan) => `(src net ${lan} and not dst net ${lan})`);
  const exempt = plan.site.exempt.clients.map((address) => ` and not src host ${address}`).join("");
  const syns = await readSyns(pcaps(side), `(${ways.join(" or ")}) and (${ports})${exempt}`);
  return syns.filter((syn, index) => syns.findIndex((other) => isSame(other, syn)) === index);
}

/** SYNs that are on both links: the proxy's connections have sequence numbers of their own. */
export async function forwarded(lane: Lane): Promise<Segment[]> {
  const clients = await captured(lane, "lan");
  return (await captured(lane, "isp")).filter((syn) => clients.some((other) => isSame(other, syn)));
}

const isSame = (a: Segment, b: Segment): boolean =>
  a.source === b.source && a.sequence === b.sequence && a.destination === b.destination;

/** A connection is logged when it has ended, which may be a moment after the client has seen its end. */
async function expectLogged(lane: Lane, fresh: Record<string, number>, sinceMs: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const logged = await loggedByEnds(lane, sinceMs);
    if (attempt < 10 && JSON.stringify(logged) !== JSON.stringify(fresh)) await sleep(500);
    else return expectEqual("connections on the ISP's link, and in the access log", fresh, logged);
  }
}

/** How many logged connections (of a client that asks once) that have begun since then are between the same ends. */
async function loggedByEnds(lane: Lane, sinceMs: number): Promise<Record<string, number>> {
  const logged = await readAccessLog(lane);
  return countByEnds(
    logged
      .filter(({ startedMs }) => startedMs >= sinceMs)
      .map(({ client, ...to }) => ({ source: client, ...to })),
  );
}

const countByEnds = (
  syns: readonly Pick<Segment, "source" | "destination" | "destinationPort">[],
): Record<string, number> =>
  countWords(
    syns.map(
      ({ source, destination, destinationPort }) =>
        `${bracketed(source)} ${bracketed(destination)}:${destinationPort}`,
    ),
  );

function countWords(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const tell = ({ source, sourcePort, destination, destinationPort }: Segment): string =>
  `${source}:${sourcePort} > ${destination}:${destinationPort}`;
