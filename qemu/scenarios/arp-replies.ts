import type { Lane } from "../lab.ts";
import { between, expectEqual, type Scenario } from "./scenario.ts";

/** Claim 1: the router answers ARP for its LAN's hosts, and for nobody else. */
export const arpReplies: Scenario = {
  id: "arp-replies",
  title:
    "ARP from the ISP's side for a client is answered with the router's MAC; for an address outside the LAN, for the ISP's router and for duplicate-address probes it isn't",
  async prove(lane) {
    const { router, clients } = lane.topology;
    expectEqual(
      "asked for each client",
      await askForClients(lane, forAnAnswer),
      clients.map(() => router.ispMac),
    );
    expectEqual("asked for what isn't a client's", await askForOthers(lane, forSilence), noAnswers);
    const who = clients.map(({ address }) => address).join(", ");
    return `${who} answered with ${router.ispMac}; no answer for ${Object.keys(noAnswers).join(", ")}`;
  },
  control: {
    title:
      "without the reply rule no client is answered for; with the rule as posted in 2007 everything is answered",
    async refute(lane) {
      const { router } = lane;
      const mac = lane.topology.router.ispMac;
      const all = "-p ARP --arp-op Request -j";
      await between(router, "ebtables-legacy -t nat -F PREROUTING", reload, async () =>
        expectEqual(
          "asked without the rule",
          await askForClients(lane, forSilence),
          lane.topology.clients.map(() => "nobody"),
        ),
      );
      const asPosted = [
        `ebtables-legacy -t broute -I BROUTING 1 ${all} ACCEPT`,
        `ebtables-legacy -t nat -I PREROUTING 1 ${all} arpreply --arpreply-mac ${mac} --arpreply-target DROP`,
      ].join(" && ");
      const answers = await between(router, asPosted, reload, () => askForOthers(lane, forAnAnswer));
      const everything = Object.fromEntries(Object.keys(noAnswers).map((question) => [question, mac]));
      expectEqual("asked with the rule as posted", answers, everything);
      return `no answers for clients; then ${mac} for ${Object.keys(everything).join(", ")}`;
    },
  },
};

/** Seconds: an answer takes some milliseconds, but a busy host may hold everything up. */
const forAnAnswer = 10;
const forSilence = 1;

/** The rules as the router's own init script loads them. */
const reload =
  'sed "s/@BRIDGE_MAC@/$(cat /sys/class/net/br0/address)/" /etc/halfbridge/rules/ebtables.start | ebtables-legacy-restore';

/** The MAC that answers for each client, or `nobody`. */
async function askForClients({ isp, topology }: Lane, patienceSeconds: number): Promise<string[]> {
  const questions = topology.clients.map(({ address }) => `-s ${topology.ispRouter.address} ${address}`);
  return answersOf(await isp.succeed(askAtOnce(questions, patienceSeconds)));
}

const noAnswers = {
  "an address outside the LAN": "nobody",
  "the ISP's router": "nobody",
  "a duplicate-address probe": "nobody",
} as const;

/** The MAC that answers each question that isn't about a client, or `nobody`. */
async function askForOthers(
  { isp, topology }: Lane,
  patienceSeconds: number,
): Promise<Record<string, string>> {
  const { ispNeighbour, ispRouter, outside, clients } = topology;
  const questions = [
    `-s ${ispRouter.address} ${outside}`,
    `-s ${ispNeighbour} ${ispRouter.address}`, // as another host on the ISP's wire would ask
    `-D ${clients[0]?.address}`,
  ];
  const answers = answersOf(await isp.succeed(askAtOnce(questions, patienceSeconds)));
  return Object.fromEntries(
    Object.keys(noAnswers).map((question, index) => [question, answers[index] ?? "nobody"]),
  );
}

/** Asks every second until there is an answer, all questions at the same time. */
const askAtOnce = (questions: readonly string[], patienceSeconds: number): string =>
  [
    ...questions.map(
      (question, index) => `arping -f -w ${patienceSeconds} -I wire ${question} >/tmp/arp${index} &`,
    ),
    "wait",
    ...questions.map((_, index) => `tr '\\n' ' ' </tmp/arp${index}; echo`),
  ].join("\n");

/** One line for each question; arping(8) says `Unicast reply from 10.1.2.9 [52:54:00:00:00:01] 1.2ms`. */
const answersOf = (output: string): string[] =>
  output
    .split("\n")
    .map((line) => /reply from [\d.]+ \[([0-9A-F:]+)\]/i.exec(line)?.[1]?.toLowerCase() ?? "nobody");
