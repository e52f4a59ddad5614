import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";

const cutsInAll = 10;

/** What the control saw, by lane: it rides on the same power cuts, as each costs a boot. */
const unsyncedLosses = new WeakMap<Lane, number>();

/** Claim 7: power may go at any time. */
export const powerCuts: Scenario = {
  id: "power-cuts",
  title: `Power is cut during a configuration write, ${cutsInAll} times: each time it boots and proxies, and what was committed is there`,
  async prove(...lanes) {
    const queue = Array.from({ length: cutsInAll }, (_, index) => index + 1).values();
    const sightings = (await Promise.all(lanes.map((lane) => cutRepeatedly(lane, queue)))).flat();
    expectEqual("cuts", sightings.length, cutsInAll);
    return `${cutsInAll} cuts; the version that was committed, and the one found: ${sightings.join(", ")}`;
  },
  control: {
    title: "what was written to the same place in the plain way, just before the cut, is lost",
    refute(...lanes) {
      const losses = lanes.reduce((sum, lane) => sum + (unsyncedLosses.get(lane) ?? 0), 0);
      expectThat("all that was written in the plain way survived", losses > 0);
      return Promise.resolve(`lost or empty after ${losses} of ${cutsInAll} cuts`);
    },
  },
};

/**
 * Takes cuts from the queue, which other lanes share: cuts the power of a router that is running, and boots
 * it again. Gives for each cut the version that was committed and the one that was found.
 */
async function cutRepeatedly(lane: Lane, queue: Iterable<number>): Promise<string[]> {
  const { router } = lane;
  const sightings: string[] = [];
  for (const cut of queue) {
    await router.console.waitForShell();
    const committed = await cutWhileWriting(lane, cut);
    await router.start();
    await router.waitForProxy();
    await expectProxying(lane);
    sightings.push(`${committed} and ${await readVersion(lane, cut, committed)}`);
    const lost = await isPlainCopyLost(lane, committed);
    unsyncedLosses.set(lane, (unsyncedLosses.get(lane) ?? 0) + (lost ? 1 : 0));
  }
  await router.cutPower();
  return sightings;
}

const file = "/etc/halfbridge/lab-configuration";
const plainFile = "/etc/halfbridge/lab-plain";
const linesPerVersion = 5_000;

/** Writes one version after another, and cuts the power in the middle; gives the last one that was committed. */
async function cutWhileWriting({ router }: Lane, cut: number): Promise<number> {
  const from = router.console.received.length;
  router.console.type(
    [
      `seq ${linesPerVersion} >/tmp/lines; n=0`,
      `while n=$((n+1)); do { echo "cut ${cut} version $n"; cat /tmp/lines; echo end; } >/tmp/new`,
      `cp /tmp/new ${plainFile}-$n`,
      `halfbridge-write ${file} </tmp/new && echo "cut-${cut}" committed $n.; done\n`,
    ].join("; "),
  );
  await router.console.waitFor(new RegExp(`cut-${cut} committed ${1 + (cut % 2)}\\.`), {
    from,
    timeoutMs: 60_000,
  });
  await sleep(37 * cut); // another place in the write each time
  const { console } = router;
  await router.cutPower();
  await console.waitForEnd(); // what it said last is still under way
  const said = console.received.slice(from);
  const versions = [...said.matchAll(new RegExp(`cut-${cut} committed (\\d+)\\.`, "g"))].map((match) =>
    Number(match[1]),
  );
  return Math.max(...versions);
}

async function expectProxying({ client, topology }: Lane): Promise<void> {
  const seen = await client(1).succeed(`wget -T 10 -qO- http://${topology.origins[0]}/cgi-bin/peer`, {
    timeoutMs: 20_000,
  });
  expectEqual("the origin saw", seen, topology.clients[0]?.address);
}

/** The version that the file holds: the one that was committed last, or the one after it, and whole. */
async function readVersion({ router }: Lane, cut: number, committed: number): Promise<number> {
  const said = await router.console.succeed(`head -n 1 ${file}; tail -n 1 ${file}; wc -l <${file}`);
  const [head = "", end, count] = said.split("\n");
  const version = Number(/^cut \d+ version (\d+)$/.exec(head)?.[1]);
  expectEqual("the file's first line", head, `cut ${cut} version ${version}`);
  expectEqual("the file's end and its number of lines", [end, Number(count)], ["end", linesPerVersion + 2]);
  expectThat(
    `version ${committed} was committed, and ${version} is there`,
    version === committed || version === committed + 1,
  );
  return version;
}

/** Whether the copy that was made just before the committed version isn't there, or not whole. */
async function isPlainCopyLost({ router }: Lane, committed: number): Promise<boolean> {
  const count = await router.console.succeed(`cat ${plainFile}-${committed} | wc -l; rm -f ${plainFile}-*`);
  return !count.endsWith(String(linesPerVersion + 2));
}
