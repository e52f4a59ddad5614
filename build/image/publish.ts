import type { Plan } from "../plan/plan.ts";
import type { StepResult } from "../core/steps.ts";
import type { System } from "../base/debian.ts";
import type { Package } from "../debian/packages.ts";
import type { Entry } from "../core/tree.ts";
export interface Published { readonly directory: string; readonly image: string }
export async function publish(x: { plan: Plan; system: System; bootPackages: readonly Package[]; image: StepResult; root: StepResult; boot: StepResult; payload: readonly Entry[] }, o: { outDirectory: string }): Promise<Published> {
  return { directory: o.outDirectory, image: x.image.path };
}
