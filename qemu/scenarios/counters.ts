import type { Lane } from "../lab.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";
import { ask, capturedServices, uncapturedService } from "./vocabulary.ts";

type Side = "lan" | "isp";
type Counted = "captured" | "passed" | "rejected";
type Counts = Record<`${Counted} ${Side}`, number>;

/** Accounting by the port where a packet came in, though bridges hide it from the IP layer. */
export const counters: Scenario = {
  id: "counters",
  title:
    "halfbridge-status counts what was captured, passed and rejected by the port where it came in, and nothing on the other",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.serverSide,
  async prove(lane) {
    const [captures, passes, lanKnocks, ispKnocks] = await differences(lane, [
      () => askCaptured(lane),
      () => askUncaptured(lane),
      () => knock(lane, "lan"),
      () => knock(lane, "isp"),
    ]);
    expectThat(
      told("captured requests", captures),
      captures["captured lan"] >= fewest &&
        captures["captured isp"] >= fewest &&
        captures["passed lan"] + captures["passed isp"] <= stray,
    );
    expectThat(
      told("requests that pass", passes),
      passes["passed lan"] >= fewest &&
        passes["passed isp"] >= fewest &&
        passes["captured lan"] + passes["captured isp"] === 0,
    );
    expectThat(
      told("knocks from the LAN", lanKnocks),
      lanKnocks["rejected lan"] >= knocks && lanKnocks["rejected isp"] === 0,
    );
    expectThat(
      told("knocks from the ISP", ispKnocks),
      ispKnocks["rejected isp"] >= knocks && ispKnocks["rejected lan"] === 0,
    );
    return [
      told("captured requests", captures),
      told("requests that pass", passes),
      told("knocks from the LAN", lanKnocks),
      told("from the ISP", ispKnocks),
    ].join("; ");
  },
  control: {
    title: "with capture off the same requests count as passed",
    async refute(lane) {
      await between(lane.router, capture.off, capture.on, async () => {
        const [seen] = await differences(lane, [() => askCaptured(lane)]);
        expectEqual("packets captured", seen["captured lan"] + seen["captured isp"], 0);
        expectThat(told("requests", seen), seen["passed lan"] >= fewest && seen["passed isp"] >= fewest);
      });
      return "none captured, all passed";
    },
  },
};

/** Of one side in a short connection: to begin it, to say something, to end it; GRO may put some together. */
const fewest = 3;
const knocks = 3;
/** Packets that nobody asked for, such as neighbour discovery. */
const stray = 4;

async function askCaptured(lane: Lane): Promise<void> {
  const [service] = capturedServices(lane);
  if (service !== undefined) await lane.client(1).succeed(ask(service));
}

const askUncaptured = async (lane: Lane): Promise<void> => {
  await lane.client(1).succeed(ask(uncapturedService(lane, "ipv4")));
};

/** Datagrams to a port of the router that isn't open. */
async function knock({ client, isp, topology }: Lane, side: Side): Promise<void> {
  const command = `for n in $(seq ${knocks}); do echo knock | socat -u - UDP:${topology.router.address}:9; done`;
  await (side === "lan" ? client(2) : isp).succeed(command);
}

/** What each step made of the counters. */
async function differences<Steps extends readonly (() => Promise<void>)[]>(
  lane: Lane,
  steps: readonly [...Steps],
): Promise<{ [Index in keyof Steps]: Counts }> {
  const readings = [await read(lane)];
  for (const step of steps) {
    await step();
    readings.push(await read(lane));
  }
  const differs = readings
    .slice(1)
    .map((after, index) =>
      Object.fromEntries(
        Object.entries(after).map(([key, value]) => [
          key,
          value - (readings[index]?.[key as keyof Counts] ?? 0),
        ]),
      ),
    );
  return differs as { [Index in keyof Steps]: Counts };
}

/** `from lan eth1   5 packets 420 B   7 packets …`: captured, passed, rejected. */
async function read({ router }: Lane): Promise<Counts> {
  const status = await router.console.succeed("halfbridge-status");
  const row = (side: Side) => {
    const line = new RegExp(`^from ${side} .*$`, "m").exec(status)?.[0] ?? "";
    return [...line.matchAll(/(\d+) packets/g)].map((match) => Number(match[1]));
  };
  const counts = (["lan", "isp"] as const).flatMap((side) => {
    const [captured, passed, rejected] = row(side);
    return [
      [`captured ${side}`, captured],
      [`passed ${side}`, passed],
      [`rejected ${side}`, rejected],
    ] as const;
  });
  return Object.fromEntries(counts) as Counts;
}

const told = (what: string, counts: Counts): string =>
  `${what}: ${Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([key, count]) => `${count} ${key}`)
    .join(", ")}`;
