import type { Claim } from "../../build/report/report.ts";
import { claimVerdict } from "../../build/report/verdict.ts";
import { makePlan } from "../../build/plan/plan.ts";
import { applySite } from "../apply-site.ts";
import { withLab, type Lab, type LabOptions, type Lane } from "../lab.ts";
import { figureOf, listEvidence, type Proof } from "../prove.ts";
import { matrixScenarios, onceScenarios } from "../scenarios/index.ts";
import { judge, type Place, type Scenario } from "../scenarios/scenario.ts";
import { compareDialects, comparison, lookAt, type Sightings } from "./equivalence.ts";
import { choices, dialects, siteFor, slugOf, ways, type Way } from "./setups.ts";

/** Which part of the matrix; what isn't said isn't left out. */
export interface Part {
  readonly mode?: string;
  readonly dialect?: string;
  readonly claim?: string;
}

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

/** A column of the matrix: one way to set a network up, in one dialect. */
interface Column {
  readonly way: Way;
  readonly dialect: (typeof dialects)[number];
}

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
  const lanes = Math.min(mostLanes, columns.length);
  return await withLab({ ...options, lanes }, async (lab) => {
    await startAll(lab);
    const claims: Claim[] = [];
    const tell = (claim: Claim): void => {
      onClaim(claim);
      claims.push(claim);
    };
    const sightings = new Map<Column, Sightings | undefined>();
    const queue = columns.values();
    await Promise.all(
      lab.lanes.map(async (lane) => {
        // the queue is shared: a router that is done takes the next column
        for (const column of queue) {
          sightings.set(column, await proveColumn(lane, column, options, part, tell));
        }
      }),
    );
    for (const [way, ofWay] of Map.groupBy(sightings, ([column]) => column.way)) {
      const [legacy, nft] = dialects.map(
        (dialect) => ofWay.find(([column]) => column.dialect === dialect)?.[1],
      );
      if (legacy !== undefined && nft !== undefined) {
        tell(await compareDialects(legacy, nft, placeOf({ way, dialect: "both" }, options.firmware)));
      }
    }
    const figures = [
      figureOf("matrix", "Every mode in both dialects", performance.now() - started, limitSeconds, options),
    ];
    return { claims: inOrder(claims, columns), figures, evidence: listEvidence(lab) };
  });
}

function columnsOf({ mode, dialect: only }: Part): Column[] {
  return ways
    .filter((way) => mode === undefined || mode === way.mode || mode === slugOf(way))
    .flatMap((way) => dialects.map((dialect) => ({ way, dialect })))
    .filter(({ dialect }) => only === undefined || only === dialect);
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

/** Proves all that a column promises; gives what the traffic script showed. */
async function proveColumn(
  lane: Lane,
  column: Column,
  { firmware, plan }: Pick<LabOptions, "firmware" | "plan">,
  part: Part,
  tell: (claim: Claim) => void,
): Promise<Sightings | undefined> {
  const { way, dialect } = column;
  const wanted = ({ id }: Scenario): boolean => part.claim === undefined || part.claim === id;
  const proven = new Set<Scenario>();
  let seen: Sightings | undefined;
  for (const choice of choices) {
    const site = siteFor(plan.site, way, dialect, choice, lane.topology);
    const planned = makePlan(plan.board, site);
    const compares = choice === choices[0] && (part.claim ?? comparison) === comparison;
    const scenarios = [...matrixScenarios, ...(way === ways[0] ? onceScenarios : [])].filter(
      (scenario) => wanted(scenario) && !proven.has(scenario) && (scenario.appliesTo?.(planned) ?? true),
    );
    if (scenarios.length === 0 && !compares) continue;
    const current = await applySite(lane, site).catch((error: unknown) => error as Error);
    for (const scenario of scenarios) {
      proven.add(scenario);
      tell(
        current instanceof Error
          ? await judge(without(scenario, current), placeOf(column, firmware), [lane])
          : await judgeTwice(scenario, placeOf(column, firmware), current),
      );
    }
    if (compares && !(current instanceof Error)) seen = await lookAt(current).catch(() => undefined);
  }
  return seen;
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
