import type { Claim } from "../../build/report/report.ts";
import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { judge, between, expectEqual, expectThat, type Place } from "../scenarios/scenario.ts";
import { capture } from "../scenarios/switches.ts";
import { ask, bracketed, capturedServices, uncapturedService } from "../scenarios/vocabulary.ts";

export const comparison = "same-in-both-dialects";

/** What one run of the traffic script showed: each answer, and each kind of packet on either link, once. */
export interface Sightings {
  readonly seen: readonly string[];
  /** The same with the capture off. */
  readonly withoutCapture: readonly string[];
}

/** Runs the traffic script in a lane, and once more with the capture off. */
export async function lookAt(lane: Lane): Promise<Sightings> {
  const seen = await observe(lane);
  return { seen, withoutCapture: await between(lane.router, capture.off, capture.on, () => observe(lane)) };
}

/** One claim of what the two dialects showed: the same mode, the same observable behaviour. */
export function compareDialects(
  legacy: Sightings | undefined,
  nft: Sightings | undefined,
  place: Place,
): Promise<Claim> {
  const prove = async (): Promise<string> => {
    if (legacy === undefined || nft === undefined) throw new Error("the script didn't run in both dialects");
    expectEqual("seen in legacy alone", without(legacy.seen, nft.seen), []);
    expectEqual("seen in nft alone", without(nft.seen, legacy.seen), []);
    return `${legacy.seen.length} observations on both links and of both ends are the same`;
  };
  const refute = (): Promise<string> => {
    const differences = without(legacy?.seen ?? [], nft?.withoutCapture ?? []).length;
    expectThat("the capture made no difference", differences > 0);
    return Promise.resolve(`${differences} observations were not made again`);
  };
  const scenario = {
    id: comparison,
    title: "One traffic script gives the same observations on both links in either dialect",
    prove,
    control: { title: "with the capture off in one of them the observations differ", refute },
  };
  return judge(scenario, place, [{} as Lane]);
}

const without = (a: readonly string[], b: readonly string[]): string[] =>
  a.filter((line) => !b.includes(line));

async function observe(lane: Lane): Promise<string[]> {
  const before = await Promise.all([kinds(lane, "isp"), kinds(lane, "lan")]);
  const answers = await runScript(lane);
  const after = await Promise.all([kinds(lane, "isp"), kinds(lane, "lan")]);
  const fresh = after.map((lines, index) => lines.slice(before[index]?.length));
  const links = (["isp", "lan"] as const).flatMap((side, index) =>
    (fresh[index] ?? []).map((line) => `${side} ${line}`),
  );
  return [...new Set([...answers, ...links])].sort();
}

/** Requests of every kind, by clients 1 to 3, and what came of each. */
async function runScript(lane: Lane): Promise<string[]> {
  const { topology, plan, client, isp } = lane;
  const { routed } = plan.network;
  const addresses = (index: number) =>
    routed.map((family) => (family === "ipv4" ? topology.origins[index] : topology.origins6[index]) ?? "");
  const services = [...capturedServices(lane), ...routed.map((family) => uncapturedService(lane, family))];
  const commands = [
    ...services.map((service) => `${ask(service, "", 4)} || echo nothing`),
    ...addresses(0).map((address) => `ping -c 1 -W 3 ${address} >/dev/null && echo pong || echo nothing`),
    ...addresses(0).map(
      (address) =>
        `echo echo | socat -t 1 - UDP:${bracketed(address)}:443 2>&1 | sed 's/.*refused.*/refused/' | grep . || echo nothing`,
    ),
    ...addresses(0).map(
      (address) => `echo echo | socat -t 1 - UDP:${bracketed(address)}:4433 | grep . || echo nothing`,
    ),
    `echo knock | socat -u - UDP:${topology.router.address}:9`,
  ];
  const outputs = await Promise.all(
    [1, 2, 3].map((number) => client(number).succeed(commands.join("\n"), { timeoutMs: 120_000 })),
  );
  const inwards = await isp.succeed(
    topology.clients
      .slice(0, 3)
      .map(({ address }) => `ping -c 1 -W 3 ${address} >/dev/null && echo pong || echo nothing`)
      .join("\n"),
  );
  const name = namer(lane);
  return [
    ...outputs.flatMap((output, index) =>
      output
        .split("\n")
        .map((line, position) => `client ${index + 1}, request ${position + 1}: ${name(line)}`),
    ),
    ...inwards.split("\n").map((line, index) => `ping to client ${index + 1}: ${line}`),
  ];
}

/**
 * How connections begin, datagrams, and ICMP of hosts. How a connection ends (FIN or RST) depends on which end is
 * faster, ARP and neighbour discovery on what was asked before.
 */
const filter =
  "(tcp[tcpflags] & tcp-syn != 0) or (ip6 and tcp and ip6[53] & 2 != 0) or (udp and (port 443 or port 4433 or port 9)) or icmp[icmptype] == 8 or icmp[icmptype] == 0 or icmp[icmptype] == 3 or (icmp6 and (ip6[40] == 128 or ip6[40] == 129 or ip6[40] == 1))";

async function kinds(lane: Lane, side: "isp" | "lan"): Promise<string[]> {
  const name = namer(lane);
  return (await readPackets(lane.pcaps(side), filter)).map((line) => describe(line, name));
}

const packetLine = /^\S+ (\S+) > ([0-9a-f:]+),.*?: (\S+) > (\S+): (Flags \[[^\]]*\]|ICMP6?, [a-z ]+|UDP)/;

/** `client 1 > ISP's router: client 1 > origin 1 port 80: Flags [S]`; a client's own ports are left out. */
function describe(line: string, name: (text: string) => string): string {
  const [, fromMac = "", toMac = "", from = "", to = "", what = ""] = packetLine.exec(line) ?? [];
  const end = (text: string): string => {
    const port = /\.(80|443|2222|8080|4433|9)$/.exec(text)?.[1];
    const host = what.startsWith("ICMP") ? text : text.replace(/\.\d+$/, "");
    return `${name(host)}${port === undefined || what.startsWith("ICMP") ? "" : ` port ${port}`}`;
  };
  return `${name(fromMac)} > ${name(toMac)}: ${end(from)} > ${end(to)}: ${what}`;
}

/** Hosts by what they are: the two lanes have the same addresses, and a reader wants to know who it was. */
function namer({ topology }: Lane): (text: string) => string {
  const { router, ispRouter, clients, origins, origins6 } = topology;
  const names = new Map<string, string>([
    [router.address, "router"],
    [router.address6, "router"],
    [router.ispMac, "router's ISP port"],
    [router.lanMac, "router's LAN port"],
    [ispRouter.address, "ISP's router"],
    [ispRouter.address6, "ISP's router"],
    [ispRouter.mac, "ISP's router"],
    ...clients.flatMap(({ address, address6, mac }, index): [string, string][] =>
      [address, address6, mac].map((text) => [text, `client ${index + 1}`]),
    ),
    ...[...origins.entries(), ...origins6.entries()].map(([index, address]): [string, string] => [
      address,
      `origin ${index + 1}`,
    ]),
  ]);
  return (text) => names.get(text) ?? text;
}
