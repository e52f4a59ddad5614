import type { Site } from "../../build/config/site.ts";
import { makePlan, type AnyPlan } from "../../build/plan/plan.ts";
import { matrixScenarios, onceScenarios } from "../scenarios/index.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Topology } from "../topology.ts";
import { comparison } from "./equivalence.ts";
import { choicesFor, dialects, siteFor, slugOf, ways, type Way } from "./setups.ts";

/** Which part of the matrix; what isn't said isn't left out. */
export interface Part {
  readonly mode?: string;
  readonly dialect?: string;
  readonly claim?: string;
}

/** A column of the matrix: one way to set a network up, in one dialect. */
export interface Column {
  readonly way: Way;
  readonly dialect: (typeof dialects)[number];
}

/** What to do with a router that has been given one site. */
export interface Task {
  readonly column: Column;
  readonly site: Site;
  readonly scenarios: readonly Scenario[];
  /** Whether the traffic script is run. */
  readonly compares: boolean;
}

export function columnsOf({ mode, dialect: only }: Part): Column[] {
  return ways
    .filter((way) => mode === undefined || mode === way.mode || mode === slugOf(way))
    .flatMap((way) => dialects.map((dialect) => ({ way, dialect })))
    .filter(({ dialect }) => only === undefined || only === dialect);
}

/** All that the columns promise, each promise once. Those that take longest come first, so that all routers are busy to the end. */
export function tasksOf(
  columns: readonly Column[],
  { board, site: base }: AnyPlan,
  part: Part,
  topology: Topology,
): Task[] {
  const choices = choicesFor(base);
  const wanted = ({ id }: Scenario): boolean => part.claim === undefined || part.claim === id;
  const tasks = columns.flatMap((column) => {
    const { way, dialect } = column;
    const hasTwin = columns.some((other) => other.way === way && other.dialect !== dialect);
    const isFirst = way === columns[0]?.way;
    const open = new Set([...matrixScenarios, ...(isFirst ? onceScenarios : [])].filter(wanted));
    return choices.map((choice, index): Task => {
      const site = siteFor(base, way, dialect, choice, topology);
      const plan = makePlan(board, site);
      const scenarios = [...open].filter(({ appliesTo }) => appliesTo?.(plan) ?? true);
      for (const scenario of scenarios) open.delete(scenario);
      const compares = hasTwin && index === 0 && (part.claim ?? comparison) === comparison;
      return { column, site, scenarios, compares };
    });
  });
  return tasks
    .filter(({ scenarios, compares }) => scenarios.length > 0 || compares)
    .toSorted((a, b) => b.scenarios.length - a.scenarios.length);
}
