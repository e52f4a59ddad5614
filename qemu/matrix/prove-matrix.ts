import type { Claim } from "../../build/report/report.ts";
import { claimVerdict } from "../../build/report/verdict.ts";
import { applySite } from "../apply-site.ts";
import { withLab, type Lab, type LabOptions, type Lane } from "../lab.ts";
import { figureOf, listEvidence, type Proof } from "../prove.ts";
import { matrixScenarios, onceScenarios } from "../scenarios/index.ts";
import { judge, type Place, type Scenario } from "../scenarios/scenario.ts";
import { planTopology } from "../topology.ts";
import { compareDialects, comparison, lookAt, type Sightings } from "./equivalence.ts";
import { dialects, slugOf, ways, type Way } from "./setups.ts";
import { columnsOf, tasksOf, type Column, type Part, type Task } from "./tasks.ts";

/** The names that a part may be chosen by. */
export const partNames = {
  modes: [...new Set(ways.flatMap((way) => [way.mode, slugOf(way)]))],
  dialects,
  claims: [...new Set([...matrixScenarios, ...onceScenarios].map(({ id }) => id)), comparison],
};

/** Whole matrix on 2 cores, in seconds. */
const limitSeconds = 12 * 60;

/** How many routers work side by side: much of the time each waits for something to happen or not to happen. */
const mostLanes = 3;

/**
 * Proves every mode in either dialect: some routers side by side, each of which is given one site after the
 * other while it runs.
 */
export async function proveMatrix(
  options: Omit<LabOptions, "lanes">,
  part: Part,
  onClaim: (claim: Claim) => void = () => {},
): Promise<Proof> {
  const started = performance.now();
  const columns = columnsOf(part);
  const tasks = tasksOf(columns, options.plan, part, planTopology(options.plan.site));
  const lanes = Math.min(mostLanes, tasks.length);
  return await withLab({ ...options, lanes }, async (lab) => {
    await startAll(lab);
    const claims: Claim[] = [];
    const tell = (claim: Claim): void => {
      onClaim(claim);
      claims.push(claim);
    };
    const sightings = new Map<Column, Sightings | undefined>();
    const queue = tasks.values();
    await Promise.all(
      lab.lanes.map(async (lane) => {
        // the queue is shared: a router that is done takes the next set-up
        for (const task of queue) {
          const seen = await perform(lane, task, options.firmware.kind, tell);
          if (task.compares) sightings.set(task.column, seen);
        }
      }),
    );
    for (const [way, ofWay] of Map.groupBy(sightings, ([column]) => column.way)) {
      const [legacy, nft] = dialects.map(
        (dialect) => ofWay.find(([column]) => column.dialect === dialect)?.[1],
      );
      if (legacy !== undefined && nft !== undefined) {
        tell(await compareDialects(legacy, nft, placeOf({ way, dialect: "both" }, options.firmware.kind)));
      }
    }
    const figures = [
      figureOf("matrix", "Every mode in both dialects", performance.now() - started, limitSeconds, options),
    ];
    return { claims: inOrder(claims, columns), figures, evidence: listEvidence(lab) };
  });
}

const placeOf = ({ way, dialect }: { way: Way; dialect: string }, firmware: Claim["firmware"]): Place => ({
  prefix: `${slugOf(way)}/${dialect}`,
  firmware,
  setup: { mode: way.label, dialect },
});

/** By scenario and then by column, however the routers took turns. */
function inOrder(claims: readonly Claim[], columns: readonly Column[]): Claim[] {
  const scenarioOf = ({ id }: Claim) => [...partNames.claims].indexOf(id.split("/").at(-1) ?? "");
  const columnOf = ({ setup }: Claim) =>
    columns.findIndex(({ way, dialect }) => way.label === setup?.mode && dialect === setup.dialect);
  return claims.toSorted((a, b) => scenarioOf(a) - scenarioOf(b) || columnOf(a) - columnOf(b));
}

async function startAll({ lanes: [first, ...others] }: Lab): Promise<void> {
  await first.router.start();
  await first.router.waitForProxy();
  await first.router.console.waitForShell();
  await first.router.placeProgramsAlike();
  await first.router.copyTo(others.map(({ router }) => router));
}

/** Gives a router the task's site and judges what that promises; gives what the traffic script showed, if it is run. */
async function perform(
  lane: Lane,
  { column, site, scenarios, compares }: Task,
  firmware: Claim["firmware"],
  tell: (claim: Claim) => void,
): Promise<Sightings | undefined> {
  const place = placeOf(column, firmware);
  const current = await applySite(lane, site).catch((error: unknown) => error as Error);
  for (const scenario of scenarios) {
    tell(
      current instanceof Error
        ? await judge(without(scenario, current), place, [lane])
        : await judgeTwice(scenario, place, current),
    );
  }
  return compares && !(current instanceof Error) ? await lookAt(current).catch(() => undefined) : undefined;
}

/**
 * Three emulated routers share two cores, and now and then one misses a time limit: what fails is tried once
 * more, and the report says what the first try saw.
 */
async function judgeTwice(scenario: Scenario, place: Place, lane: Lane): Promise<Claim> {
  const first = await judge(scenario, place, [lane]);
  if (claimVerdict(first) === "passed") return first;
  const again = await judge(scenario, place, [lane]);
  const reason = first.status === "passed" ? `control: ${first.control.observed}` : first.observed;
  return {
    ...again,
    observed: `${again.observed} (at the second try; the first: ${reason.split("\n").join(" ")})`,
    ms: first.ms + again.ms,
  };
}

/** A scenario whose set-up couldn't be put in force has failed, and the rest goes on. */
const without = (scenario: Scenario, reason: Error): Scenario => ({
  ...scenario,
  prove: () => Promise.reject(reason),
});
