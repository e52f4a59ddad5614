import type { Fault } from "../../core/faults.ts";
import type { AnyPlan } from "../../plan/plan.ts";
import { modulePackages } from "./packages.ts";

/** What `make manifest` prints: `name - version` (opkg) or `name version` (apk). */
export function parseManifest(text: string): Map<string, string> {
  const lines = text.split("\n").map((line) => /^([a-zA-Z0-9][\w.+-]*)(?: -)? (\S+)$/.exec(line));
  return new Map(
    lines.flatMap((match) => (match === null ? [] : [[match[1] as string, match[2] as string]])),
  );
}

/** Kernel modules that the plan needs and whose package wouldn't be installed. */
export function checkModules(shown: string, manifest: ReadonlyMap<string, string>, plan: AnyPlan): Fault[] {
  return [...modulePackages(plan)]
    .filter(([name]) => !manifest.has(name))
    .map(([name, modules]) => ({
      file: shown,
      path: "",
      fact: `would make an image without ${name}, which has the kernel's ${modules.join(", ")}`,
      hint: "something else removes it, or its package for this kernel is missing",
    }));
}
