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
import type { LabOptions } from "../../qemu/lab.ts";
import { proveMatrix } from "../../qemu/matrix/prove-matrix.ts";
import { proveOpenwrt } from "../../qemu/prove-openwrt.ts";
import type { Proof } from "../../qemu/prove.ts";
import { openwrtStartup } from "../../qemu/startup.ts";
import { openLab, type LabFlags } from "./lab-inputs.ts";
import { partOf, wantsMatrix, wantsMatrixAlone, type MatrixFlags } from "./matrix-part.ts";
import {
  acceleratorNames,
  judgedFromOutside,
  nameFirmwares,
  reportRuns,
  speedUnproven,
  type LabRun,
} from "./report-runs.ts";

/** What QEMU can start of OpenWrt's images: by target, the firmware and the type of image that it starts. */
const startable: Readonly<Record<string, readonly (readonly ["bios" | "uefi", string])[]>> = {
  "x86/64": [
    ["bios", "combined"],
    ["uefi", "combined-efi"],
  ],
  "armsr/armv8": [["uefi", "combined-efi"]],
};

/** What of a board's images the lab can start, and is to; one of another target is proven on its twin. */
export function startableImages(
  { name, openwrt }: OpenwrtBoard,
  firmware: LabFlags["firmware"] = "all",
): readonly (readonly ["bios" | "uefi", string])[] {
  const target = `${openwrt.target}/${openwrt.subtarget}`;
  const found = startable[target];
  if (found === undefined) {
    const fact = `is of ${target}, whose machines QEMU doesn't have`;
    const hint =
      "prove its twin with the same site and release: halfbridge test x86-64 --imagebuilder DIR, or armsr-armv8";
    throw new InputError([{ file: `board ${name}`, path: "/openwrt/target", fact, hint }]);
  }
  const meant = found.filter(([kind]) => firmware === "all" || firmware === kind);
  if (meant.length > 0) return meant;
  const fact = `${name}'s images are started by ${found.map(([kind]) => kind).join(" or ")}`;
  throw new InputError([{ file: `--firmware ${firmware}`, path: "", fact, hint: "leave it out" }]);
}

/** Boots OpenWrt's own images, judges them, and writes the report beside them. */
export async function proveOpenwrtBoard(
  { directory, manifest, plan }: OpenwrtPublished & { plan: Plan<OpenwrtBoard> },
  options: LabFlags & MatrixFlags,
  tellClaim: (claim: Claim) => void,
): Promise<Report> {
  const { board } = plan;
  const images = startableImages(board, options.firmware).flatMap(([kind, type]) => {
    const image = manifest.images.find((each) => each.type === type && each.filesystem === "squashfs");
    return image === undefined ? [] : [{ kind, image }];
  });
  const [main] = images;
  if (main === undefined)
    throw new InputError([{ file: directory, path: "", fact: "has no image that the lab could start" }]);
  const equipment = await openLab(options);
  const accelerator = acceleratorFor(board.arch, equipment.accelerator);
  const runs: LabRun[] = [];
  const run = async (
    [title, where]: readonly [string, string],
    { kind, image }: typeof main,
    prove: (options: Omit<LabOptions, "lanes">) => Promise<Proof>,
  ) => {
    const imageFile = await unpackImage(join(directory, image.file));
    const proof = await step(`${title}, started by ${kind} (${accelerator})`, () =>
      prove({
        plan,
        imageFile,
        firmware: { kind },
        startup: openwrtStartup,
        ...equipment,
        runDirectory: join(directory, "lab", where),
        memoryMiB: board.memoryMiB,
      }),
    );
    runs.push({ where, firmware: kind, proof });
  };
  for (const image of wantsMatrixAlone(options) ? [] : images) {
    await run(["Prove it in the lab", image.kind], image, (lab) =>
      proveOpenwrt(lab, join(directory, image.image.file), tellClaim),
    );
  }
  if (wantsMatrix(options)) {
    await run(["Prove every mode", "matrix"], main, (lab) => proveMatrix(lab, partOf(options), tellClaim));
  }
  const report = makeOpenwrtReport(plan, manifest, main.image, runs, accelerator);
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
  const upgraded = runs.some(({ proof }) => proof.claims.some(({ id }) => id.endsWith("/sysupgrade")));
  return reportRuns(plan, runs, {
    image: { file: image.file, sha256: image.sha256 },
    proven: [
      `These very images of OpenWrt ${openwrt.version} (${openwrt.target}, ${openwrt.profile}) were booted, whole, from ${nameFirmwares(runs)}.`,
      judgedFromOutside,
      "For other models of the same release, the same files and packages run on OpenWrt's own kernel for them: this is their twin.",
    ],
    notProven: [
      `The machine was QEMU's (${acceleratorNames[accelerator]}, virtio disk and network): other models' images, boot flows, kernels and drivers were not exercised.`,
      upgraded
        ? "Upgrades from another release: sysupgrade was given the very image that ran."
        : "Upgrades: sysupgrade was not run.",
      speedUnproven,
    ],
    figures: [],
  });
}
