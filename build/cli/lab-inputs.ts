import { join, relative } from "node:path";
import { Option, type Command } from "commander";
import type { Site } from "../config/site.ts";
import { InputError } from "../core/faults.ts";
import { step } from "../core/progress.ts";
import { suite } from "../base/packages.ts";
import { openTools } from "../debian/tools.ts";
import { accelerators, findAccelerator, type Accelerator } from "../../qemu/accelerator.ts";
import { probeCommandLine } from "../../qemu/guests/command-line.ts";
import { buildGuestImage, type GuestImage } from "../../qemu/guests/guest-image.ts";
import { outDirectory } from "./inputs.ts";

export interface LabFlags {
  readonly accel: "auto" | Accelerator["kind"];
}

/** `--accel KIND`, as every command takes it that boots machines. */
export function takesLabOptions(command: Command): Command {
  const accel = new Option("--accel <kind>", "how CPUs are provided; auto uses KVM where it boots a kernel");
  return command.addOption(accel.choices(["auto", "kvm", "tcg"]).default("auto"));
}

/** The lab changes things on the router as an operator would: it needs the shell on its console. */
export function requireConsole(site: Site, file: string): void {
  if (site.console === "root-shell") return;
  const fact = `is ${site.console}, but the lab works on the router's console, as an operator would`;
  const hint = "set it to root-shell to prove the image; halfbridge build makes it either way";
  throw new InputError([{ file: relative(process.cwd(), file), path: "/console", fact, hint }]);
}

/** What every lab needs besides an image: the guests, and how CPUs are provided. */
export async function openLab({
  accel,
}: LabFlags): Promise<{ guests: GuestImage; accelerator: Accelerator }> {
  const cache = join(outDirectory, ".cache");
  const packages = { directory: cache, refresh: false };
  const guests = await step("Prepare the lab's guests", async () =>
    buildGuestImage(packages, await openTools(suite, packages)),
  );
  if (accel !== "auto") return { guests, accelerator: accelerators[accel] };
  const probe = async () => ({ ...guests, commandLine: probeCommandLine });
  return {
    guests,
    accelerator: await step("See whether KVM works here", () => findAccelerator(cache, probe)),
  };
}
