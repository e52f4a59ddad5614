import { Option, type Command } from "commander";
import { InputError } from "../core/faults.ts";
import type { AnyPlan } from "../plan/plan.ts";
import { partNames } from "../../qemu/matrix/prove-matrix.ts";
import { columnsOf, tasksOf, type Part } from "../../qemu/matrix/tasks.ts";
import { planTopology } from "../../qemu/topology.ts";

export interface MatrixFlags extends Part {
  readonly matrix?: true;
}

/** `--matrix --mode MODE --dialect DIALECT --claim CLAIM` */
export function takesMatrixOptions(command: Command): Command {
  const part = (flags: string, what: string, choices: readonly string[]) =>
    new Option(flags, `only this ${what} of the matrix`).choices(choices);
  return command
    .option(
      "--matrix",
      "prove every mode in both dialects as well, on running routers (some 12 minutes), or the part that is chosen",
    )
    .addOption(part("--mode <mode>", "mode", partNames.modes))
    .addOption(part("--dialect <dialect>", "dialect", partNames.dialects))
    .addOption(part("--claim <claim>", "claim", partNames.claims));
}

/** A part of the matrix is proven alone, if --matrix doesn't say otherwise. */
export const wantsMatrixAlone = ({ matrix, ...part }: MatrixFlags): boolean => !matrix && isPart(part);

export const wantsMatrix = ({ matrix, ...part }: MatrixFlags): boolean => matrix === true || isPart(part);

const isPart = ({ mode, dialect, claim }: Part): boolean =>
  mode !== undefined || dialect !== undefined || claim !== undefined;

export const partOf = ({ mode, dialect, claim }: Part): Part => ({
  ...(mode === undefined ? {} : { mode }),
  ...(dialect === undefined ? {} : { dialect }),
  ...(claim === undefined ? {} : { claim }),
});

/** A claim that nothing of the chosen part promises would be proven by nothing. */
export function requirePromise(plan: AnyPlan, flags: Part): void {
  const part = partOf(flags);
  if (tasksOf(columnsOf(part), plan, part, planTopology(plan.site)).length > 0) return;
  const file = Object.entries(part)
    .map(([name, value]) => `--${name} ${value}`)
    .join(" ");
  const fact = "none of these set-ups promises that claim";
  throw new InputError([{ file, path: "", fact, hint: "choose fewer of mode, dialect and claim" }]);
}
