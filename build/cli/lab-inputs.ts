import { join, relative } from "node:path";
import { Option, type Command } from "commander";
import type { Board } from "../config/board.ts";
import type { Site } from "../config/site.ts";
import { InputError } from "../core/faults.ts";
import { step } from "../core/progress.ts";
import { suite } from "../base/packages.ts";
import { openTools } from "../debian/tools.ts";
import { findAccelerator, type Accelerator } from "../../qemu/accelerator.ts";
import type { LabFirmware } from "../../qemu/firmware.ts";
import { firmwaresOf } from "../../qemu/machine-kinds.ts";
import { fetchUboot } from "../../qemu/uboot.ts";
import { probeCommandLine } from "../../qemu/guests/command-line.ts";
import { buildGuestImage, type GuestImage } from "../../qemu/guests/guest-image.ts";
import { outDirectory } from "./inputs.ts";

const cache = join(outDirectory, ".cache");

export interface LabFlags {
  readonly accel: "auto" | Accelerator;
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

export type FirmwareKind = LabFirmware["kind"];

/** `--firmware KIND`: what starts the machine; `all` is each kind that the board's image is for. */
export const firmwareOption = (fallback: string): Option =>
  new Option(
    "--firmware <kind>",
    "what starts the machine; all: everything that this image can be started by",
  )
    .choices(["bios", "uefi", "u-boot", "all"])
    .default(fallback);

/** The kinds that are meant; one that a board's image isn't for is a fault. */
export function chooseFirmwares(wanted: FirmwareKind | "all", board: Board): readonly FirmwareKind[] {
  const possible = firmwaresOf(board);
  if (wanted === "all") return possible;
  if (possible.includes(wanted)) return [wanted];
  const fact = `${board.name}'s image is started by ${possible.join(" or ")}`;
  throw new InputError([{ file: `--firmware ${wanted}`, path: "", fact, hint: "leave it out" }]);
}

/** What a machine of a board is started by. */
export async function openFirmware(kind: FirmwareKind, { arch }: Board): Promise<LabFirmware> {
  if (kind !== "u-boot") return { kind };
  return { kind, file: await fetchUboot(arch, suite, { directory: cache, refresh: false }) };
}

/** What every lab needs besides an image: the guests, and how CPUs are provided. */
export async function openLab({
  accel,
}: LabFlags): Promise<{ guests: GuestImage; accelerator: Accelerator }> {
  const packages = { directory: cache, refresh: false };
  const guests = await step("Prepare the lab's guests", async () =>
    buildGuestImage(packages, await openTools(suite, packages)),
  );
  if (accel !== "auto") return { guests, accelerator: accel };
  const probe = async () => ({ ...guests, commandLine: probeCommandLine });
  return {
    guests,
    accelerator: await step("See whether KVM works here", () => findAccelerator(cache, probe)),
  };
}
