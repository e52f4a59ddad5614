import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { OpenwrtManifest, OpenwrtPublished } from "../base/openwrt/publish.ts";
import type { OpenwrtBoard } from "../config/board.ts";
import { InputError } from "../core/faults.ts";
import { note, step } from "../core/progress.ts";
import type { AnyPlan, Plan } from "../plan/plan.ts";
import type { Claim, Report } from "../report/report.ts";
import { writeReport } from "../report/write-report.ts";
import type { Accelerator } from "../../qemu/accelerator.ts";
import { acceleratorFor } from "../../qemu/machine-kinds.ts";
import { proveOpenwrt } from "../../qemu/prove-openwrt.ts";
import { openLab, type FirmwareKind, type LabFlags } from "./lab-inputs.ts";
import {
  acceleratorNames,
  judgedFromOutside,
  nameFirmwares,
  reportRuns,
  speedUnproven,
  type LabRun,
} from "./report-runs.ts";

/** What QEMU can start of OpenWrt's images: by target, the firmware and the type of image that it starts. */
const startable: Readonly<Record<string, readonly (readonly [FirmwareKind, string])[]>> = {
  "x86/64": [
    ["bios", "combined"],
    ["uefi", "combined-efi"],
  ],
  "armsr/armv8": [["uefi", "combined-efi"]],
};

/** What of a board's images the lab can start; one of another target is proven on its twin. */
export function startableImages({
  name,
  openwrt,
}: OpenwrtBoard): readonly (readonly [FirmwareKind, string])[] {
  const target = `${openwrt.target}/${openwrt.subtarget}`;
  const found = startable[target];
  if (found !== undefined) return found;
  const fact = `is of ${target}, whose machines QEMU doesn't have`;
  const hint =
    "prove its twin with the same site and release: halfbridge test x86-64 --imagebuilder DIR, or armsr-armv8";
  throw new InputError([{ file: `board ${name}`, path: "/openwrt/target", fact, hint }]);
}

/** Boots OpenWrt's own images, judges them, and writes the report beside them. */
export async function proveOpenwrtBoard(
  { directory, manifest, plan }: OpenwrtPublished & { plan: Plan<OpenwrtBoard> },
  options: LabFlags,
  tellClaim: (claim: Claim) => void,
): Promise<Report> {
  const { board } = plan;
  const lab = await openLab(options);
  const accelerator = acceleratorFor(board.arch, lab.accelerator);
  const runs: LabRun[] = [];
  const tried: OpenwrtManifest["images"][number][] = [];
  for (const [kind, type] of startableImages(board)) {
    if (options.firmware !== "all" && options.firmware !== kind) continue;
    const image = manifest.images.find((each) => each.type === type && each.filesystem === "squashfs");
    if (image === undefined) continue;
    const imageFile = await unpackImage(join(directory, image.file));
    const prove = () =>
      proveOpenwrt(
        {
          plan,
          imageFile,
          firmware: { kind: kind as "bios" | "uefi" },
          ...lab,
          runDirectory: join(directory, "lab", kind),
          memoryMiB: board.memoryMiB,
        },
        tellClaim,
      );
    const proof = await step(`Prove it in the lab, started by ${kind} (${accelerator})`, prove);
    runs.push({ where: kind, firmware: kind, proof });
    tried.push(image);
  }
  const [image] = tried;
  if (image === undefined)
    throw new InputError([{ file: directory, path: "", fact: "has no image that the lab could start" }]);
  const report = makeOpenwrtReport(plan, manifest, image, runs, accelerator);
  await writeReport(report, directory);
  note(`Report: ${join(directory, "report.html")}`);
  return report;
}

/** OpenWrt's metadata follows the compressed image, and belongs to the file; QEMU gets what it is about. */
async function unpackImage(file: string): Promise<string> {
  if (!file.endsWith(".gz")) return file;
  const unpacked = file.replace(/\.gz$/, "");
  await pipeline(createReadStream(file), createGunzip(), createWriteStream(unpacked));
  return unpacked;
}

function makeOpenwrtReport(
  plan: AnyPlan,
  { openwrt }: OpenwrtManifest,
  image: OpenwrtManifest["images"][number],
  runs: readonly LabRun[],
  accelerator: Accelerator,
): Report {
  return reportRuns(plan, runs, {
    image: { file: image.file, sha256: image.sha256 },
    proven: [
      `These very images of OpenWrt ${openwrt.version} (${openwrt.target}, ${openwrt.profile}) were booted, whole, from ${nameFirmwares(runs)}.`,
      judgedFromOutside,
      "For other models of the same release, the same files and packages run on OpenWrt's own kernel for them: this is their twin.",
    ],
    notProven: [
      `The machine was QEMU's (${acceleratorNames[accelerator]}, virtio disk and network): other models' images, boot flows, kernels and drivers were not exercised.`,
      "Upgrades: sysupgrade was not run.",
      speedUnproven,
    ],
    figures: [],
  });
}
