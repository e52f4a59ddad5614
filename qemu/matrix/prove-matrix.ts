import type { Claim } from "../../build/report/report.ts";
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

/**
 * Proves every mode in either dialect: a router for each dialect, side by side, which is given one site after
 * the other while it runs.
 */
export async function proveMatrix(
  options: Omit<LabOptions, "lanes">,
  part: Part,
  onClaim: (claim: Claim) => void = () => {},
): Promise<Proof> {
  const started = performance.now();
  const chosen = dialects.filter((dialect) => part.dialect === undefined || part.dialect === dialect);
  return await withLab({ ...options, lanes: chosen.length }, async (lab) => {
    await startAll(lab);
    const claims: Claim[] = [];
    const tell = (claim: Claim): void => {
      onClaim(claim);
      claims.push(claim);
    };
    const sightings = new Map<string, Partial<Record<string, Sightings>>>();
    await Promise.all(
      chosen.map((dialect, index) =>
        proveDialect(lab.lanes[index] as Lane, dialect, options, part, tell, (way, seen) =>
          sightings.set(way, { ...sightings.get(way), [dialect]: seen }),
        ),
      ),
    );
    for (const way of waysOf(part)) {
      const { legacy, nft } = sightings.get(way.label) ?? {};
      if (legacy !== undefined && nft !== undefined) {
        tell(await compareDialects(legacy, nft, placeOf(way, "both", options.firmware)));
      }
    }
    const figures = [
      figureOf("matrix", "Every mode in both dialects", performance.now() - started, limitSeconds, options),
    ];
    return { claims, figures, evidence: listEvidence(lab) };
  });
}

const waysOf = ({ mode }: Part): Way[] =>
  ways.filter((way) => mode === undefined || mode === way.mode || mode === slugOf(way));

const placeOf = (way: Way, dialect: string, firmware: Claim["firmware"]): Place => ({
  prefix: `${slugOf(way)}/${dialect}`,
  firmware,
  setup: { mode: way.label, dialect },
});

async function startAll({ lanes: [first, ...others] }: Lab): Promise<void> {
  await first.router.start();
  await first.router.waitForProxy();
  await first.router.console.waitForShell();
  await first.router.copyTo(others.map(({ router }) => router));
}

async function proveDialect(
  lane: Lane,
  dialect: (typeof dialects)[number],
  { firmware, plan }: Pick<LabOptions, "firmware" | "plan">,
  part: Part,
  tell: (claim: Claim) => void,
  note: (way: string, seen: Sightings) => void,
): Promise<void> {
  const wanted = ({ id }: Scenario): boolean => part.claim === undefined || part.claim === id;
  for (const way of waysOf(part)) {
    const place = placeOf(way, dialect, firmware);
    const proven = new Set<Scenario>();
    for (const choice of choices) {
      const site = siteFor(plan.site, way, dialect, choice, lane.topology);
      const planned = makePlan(plan.board, site);
      const compares = choice === choices[0] && (part.claim ?? comparison) === comparison;
      const scenarios = [...matrixScenarios, ...(way === ways[0] ? onceScenarios : [])].filter(
        (scenario) => wanted(scenario) && !proven.has(scenario) && (scenario.appliesTo?.(planned) ?? true),
      );
      if (scenarios.length === 0 && !compares) continue;
      const current = await applySite(lane, site);
      for (const scenario of scenarios) {
        proven.add(scenario);
        tell(await judge(scenario, place, [current]));
      }
      if (compares) note(way.label, await lookAt(current));
    }
  }
}
