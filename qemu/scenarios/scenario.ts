import type { AnyPlan } from "../../build/plan/plan.ts";
import type { Claim } from "../../build/report/report.ts";
import type { Lane } from "../lab.ts";
import type { Router } from "../router.ts";

/** One claim about the image, with the control that shows that its proof could have failed. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** Whether a site promises this at all; all do where it isn't said. */
  readonly appliesTo?: (plan: AnyPlan) => boolean;
  /** Says in a sentence what was seen; throws when the claim doesn't hold. More lanes than one only for power cuts. */
  readonly prove: (lane: Lane, ...spare: readonly Lane[]) => Promise<string>;
  readonly control: {
    readonly title: string;
    /** Switches it off, says what was seen, and switches it on again; throws when it made no difference. */
    readonly refute: (lane: Lane, ...spare: readonly Lane[]) => Promise<string>;
  };
}

/** Where a claim is made: what started the router, and which set-up it was given, if not its own. */
export interface Place extends Pick<Claim, "firmware" | "setup"> {
  /** What stands before the scenario's name in the claim's id. */
  readonly prefix: string;
}

/** Runs a scenario and its control. Whatever goes wrong in it is a failed claim, not an error. */
export async function judge(
  { id, title, prove, control }: Scenario,
  { prefix, ...place }: Place,
  lanes: readonly [Lane, ...Lane[]],
): Promise<Claim> {
  const started = performance.now();
  const proof = await attempt(() => prove(...lanes));
  const refutation =
    proof.status === "passed"
      ? await attempt(() => control.refute(...lanes))
      : ({ status: "skipped", observed: "the claim itself doesn't hold" } as const);
  return {
    id: `${prefix}/${id}`,
    title,
    ...place,
    ...proof,
    control: { title: control.title, ...refutation },
    ms: Math.round(performance.now() - started),
  };
}

async function attempt(
  work: () => Promise<string>,
): Promise<{ status: "passed" | "failed"; observed: string }> {
  try {
    return { status: "passed", observed: await work() };
  } catch (error) {
    return { status: "failed", observed: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs `work` between two commands on the router's console; the second is run whatever happens. */
export async function between<T>(
  router: Router,
  off: string,
  on: string,
  work: () => Promise<T>,
): Promise<T> {
  await router.console.succeed(off);
  try {
    return await work();
  } finally {
    await router.console.succeed(on);
  }
}

/** Throws what was expected and what was seen instead. */
export function expectEqual(what: string, seen: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, saw ${a}`);
}

export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(what);
}
