import type { Lane } from "../lab.ts";
import { between, expectEqual, type Scenario } from "./scenario.ts";
import { arpAnswers } from "./switches.ts";
import { bridgesArp } from "./vocabulary.ts";

/** Who is behind an address, as the ISP's router hears it. */
export const neighbours: Scenario = {
  id: "neighbours",
  title:
    "ARP from the ISP's side for a client is answered by whom the mode says: the router, or the client itself; nobody answers for others, and duplicate-address probes only the client itself",
  async prove(lane) {
    const { clients } = lane.topology;
    const macs = expectedMacs(lane);
    expectEqual("asked for clients", await askForClients(lane, forAnAnswer), macs);
    const others = await askForOthers(lane, forSilence);
    const probed = bridgesArp(lane.plan) ? (clients[0]?.mac ?? "") : "nobody";
    expectEqual("asked for what isn't a client's", others, { ...noAnswers, [duplicateProbe]: probed });
    return `${asked(lane)} answered with ${[...new Set(macs)].join(", ")}; for ${Object.entries(others)
      .map(([question, answer]) => `${question}: ${answer}`)
      .join(", ")}`;
  },
  control: {
    title:
      "without what answers, nobody answers; with the rule as posted in 2007 (where the dialect has one) everything is answered",
    async refute(lane) {
      const { router, plan } = lane;
      const answers = arpAnswers(plan);
      await between(router, answers.off, answers.on, async () =>
        expectEqual(
          "asked without it",
          await askForClients(lane, forSilence),
          expectedMacs(lane).map(() => "nobody"),
        ),
      );
      if ((plan.network.frames?.arpReplies.length ?? 0) === 0) return "no answers for clients";
      const mac = lane.topology.router.ispMac;
      const everything = Object.fromEntries(Object.keys(noAnswers).map((question) => [question, mac]));
      const seen = await between(router, asPosted("-I", mac), asPosted("-D", mac), () =>
        askForOthers(lane, forAnAnswer),
      );
      expectEqual("asked with the rule as posted", seen, everything);
      return `no answers for clients; then ${mac} for ${Object.keys(everything).join(", ")}`;
    },
  },
};

/** Seconds: an answer takes some milliseconds, but a busy host may hold everything up. */
const forAnAnswer = 10;
const forSilence = 1;

const askedNumbers = [1, 2];
const clientsOf = ({ topology }: Lane) => askedNumbers.map((number) => topology.clients[number - 1]);
const asked = (lane: Lane): string =>
  clientsOf(lane)
    .map((client) => client?.address)
    .join(" and ");

function expectedMacs(lane: Lane): string[] {
  const { ispMac } = lane.topology.router;
  return clientsOf(lane).map((client) => (bridgesArp(lane.plan) ? (client?.mac ?? "") : ispMac));
}

/** Puts the two rules of the post before ours, or takes them away. */
function asPosted(action: "-I" | "-D", mac: string): string {
  const all = "-p ARP --arp-op Request -j";
  const at = action === "-I" ? " 1" : "";
  return [
    `ebtables-legacy -t broute ${action} BROUTING${at} ${all} ACCEPT`,
    `ebtables-legacy -t nat ${action} PREROUTING${at} ${all} arpreply --arpreply-mac ${mac} --arpreply-target DROP`,
  ].join(" && ");
}

/** The MAC that answers for each client, or `nobody`. */
async function askForClients(lane: Lane, patienceSeconds: number): Promise<string[]> {
  const { isp, topology } = lane;
  const questions = clientsOf(lane).map((client) => `-s ${topology.ispRouter.address} ${client?.address}`);
  return answersOf(await isp.succeed(askAtOnce(questions, patienceSeconds)), questions.length);
}

const duplicateProbe = "a duplicate-address probe";

const noAnswers = {
  "an address outside the LAN": "nobody",
  "the ISP's router": "nobody",
  [duplicateProbe]: "nobody",
} as const;

/** The MAC that answers each question that isn't about a client, or `nobody`. */
async function askForOthers(
  { isp, topology }: Lane,
  patienceSeconds: number,
): Promise<Record<string, string | undefined>> {
  const { ispNeighbour, ispRouter, outside, clients } = topology;
  const questions = [
    `-s ${ispRouter.address} ${outside}`,
    `-s ${ispNeighbour} ${ispRouter.address}`, // as another host on the ISP's wire would ask
    `-D ${clients[0]?.address}`,
  ];
  const answers = answersOf(await isp.succeed(askAtOnce(questions, patienceSeconds)), questions.length);
  return Object.fromEntries(Object.keys(noAnswers).map((question, index) => [question, answers[index]]));
}

/** Asks every second until there is an answer, all questions at the same time. */
const askAtOnce = (questions: readonly string[], patienceSeconds: number): string =>
  [
    ...questions.map(
      (question, index) => `arping -f -w ${patienceSeconds} -I wire ${question} >arp${index} &`,
    ),
    "wait",
    ...questions.map((_, index) => `tr '\\n' ' ' <arp${index}; echo`),
  ].join("\n");

/** One line for each question; arping(8) says `Unicast reply from 10.1.2.9 [52:54:00:00:00:01] 1.2ms`. */
function answersOf(output: string, count: number): string[] {
  const lines = output.split("\n");
  return Array.from(
    { length: count },
    (_, index) =>
      /reply from [\d.]+ \[([0-9A-F:]+)\]/i.exec(lines[index] ?? "")?.[1]?.toLowerCase() ?? "nobody",
  );
}
