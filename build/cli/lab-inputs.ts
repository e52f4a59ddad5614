import { join, relative } from "node:path";
import { Option, type Command } from "commander";
import type { Board } from "../config/board.ts";
import type { Site } from "../config/site.ts";
import { InputError } from "../core/faults.ts";
import { step } from "../core/progress.ts";
import type { Published } from "../image/publish-image.ts";
import type { Plan } from "../plan/plan.ts";
import { suite } from "../debian/suite.ts";
import { openTools } from "../debian/tools.ts";
import { findAccelerator, type Accelerator } from "../../qemu/accelerator.ts";
import type { LabFirmware } from "../../qemu/firmware.ts";
import type { LabOptions } from "../../qemu/lab.ts";
import { firmwaresOf } from "../../qemu/machine-kinds.ts";
import { fetchUboot } from "../../qemu/uboot.ts";
import { probeCommandLine } from "../../qemu/guests/command-line.ts";
import { buildGuestImage } from "../../qemu/guests/guest-image.ts";
import { packageCache } from "./inputs.ts";

export type FirmwareKind = LabFirmware["kind"];

export interface LabFlags {
  readonly accel: "auto" | Accelerator;
  readonly firmware: FirmwareKind | "all";
}

/** `--accel KIND --firmware KIND`, as every command takes them that boots an image. */
export function takesLabOptions(command: Command): Command {
  const accel = new Option("--accel <kind>", "how CPUs are provided; auto uses KVM where it boots a kernel");
  const firmware = new Option(
    "--firmware <kind>",
    "what starts the machine; all: everything that this image can be started by",
  );
  return command
    .addOption(accel.choices(["auto", "kvm", "tcg"]).default("auto"))
    .addOption(firmware.choices(["bios", "uefi", "u-boot", "all"]).default("all"));
}

/** The lab changes things on the router as an operator would: it needs the shell on its console. */
export function requireConsole(site: Site, file: string): void {
  if (site.console === "root-shell") return;
  const fact = `is ${site.console}, but the lab works on the router's console, as an operator would`;
  const hint = "set it to root-shell to prove the image; halfbridge build makes it either way";
  throw new InputError([{ file: relative(process.cwd(), file), path: "/console", fact, hint }]);
}

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
  return { kind, file: await fetchUboot(arch, suite, packageCache) };
}

/** The guests, and how CPUs are provided. */
export type LabEquipment = Pick<LabOptions, "guests" | "accelerator">;

/** What every lab needs besides an image. */
export async function openLab({ accel }: Pick<LabFlags, "accel">): Promise<LabEquipment> {
  const guests = await step("Prepare the lab's guests", async () =>
    buildGuestImage(packageCache, await openTools(suite, packageCache)),
  );
  if (accel !== "auto") return { guests, accelerator: accel };
  const probe = async () => ({ ...guests, commandLine: probeCommandLine });
  return {
    guests,
    accelerator: await step("See whether KVM works here", () =>
      findAccelerator(packageCache.directory, probe),
    ),
  };
}

/** A lab for an image that was built; it leaves its logs and captures in `lab/WHERE`, beside the image. */
export async function labFor(
  { plan, image, directory }: Published,
  kind: FirmwareKind,
  where: string,
  equipment: LabEquipment,
): Promise<Omit<LabOptions, "lanes"> & { readonly plan: Plan }> {
  return {
    ...equipment,
    plan,
    imageFile: image,
    firmware: await openFirmware(kind, plan.board),
    runDirectory: join(directory, "lab", where),
    memoryMiB: plan.board.memoryMiB,
  };
}
