import type { Board } from "../config/board.ts";
import type { Site } from "../config/site.ts";
import type { Published } from "../image/publish-image.ts";
import { untriedParts, type UntriedPart } from "../plan/proof-level.ts";
import type { Figure, Report } from "../report/report.ts";
import type { Accelerator } from "../../qemu/accelerator.ts";
import { firmwaresOf, machineKinds } from "../../qemu/machine-kinds.ts";
import {
  acceleratorNames,
  firmwareNames,
  judgedFromOutside,
  nameFirmwares,
  reportRuns,
  speedUnproven,
  type LabRun,
} from "./report-runs.ts";

/** What the lab found of an image that was made here. */
export function makeReport(
  { plan, manifest }: Published,
  runs: readonly LabRun[],
  accelerator: Accelerator,
): Report {
  const { site, board } = plan;
  const hasMatrix = runs.some(({ proof }) => proof.claims.some(({ setup }) => setup !== undefined));
  return reportRuns(plan, runs, {
    image: { file: manifest.image.file, sha256: manifest.image.sha256 },
    proven: [
      `This very image file was booted, whole, from ${nameFirmwares(runs)}: boot loader, kernel, root file system, data partition.`,
      judgedFromOutside,
      ...(hasMatrix
        ? [
            "Other modes and dialects were given to the running router with its own halfbridge-ctl, and judged likewise.",
          ]
        : []),
    ],
    notProven: [
      ...unexercised(board, accelerator),
      speedUnproven,
      ...(accelerator === "tcg"
        ? [
            "Address space randomisation: each router started with it, and ran on without it, which makes emulation three times as fast.",
          ]
        : []),
      ...firmwaresOf(board)
        .filter((kind) => !runs.some(({ firmware }) => firmware === kind))
        .map((kind) => `${firmwareNames[kind]}: it was left out of this run.`),
    ],
    figures: sizeFigures(manifest, site, board),
  });
}

/** What QEMU's machine isn't, and the board is. */
function unexercised(board: Board, accelerator: Accelerator): string[] {
  const [machine] = machineKinds[board.arch].machine.split(",");
  const sentences: Readonly<Record<UntriedPart, string>> = {
    drivers: `The machine was QEMU's (${machine}, ${acceleratorNames[accelerator]}, virtio disk and network): the drivers for real disks and network cards are in the image but were not exercised.`,
    "device-tree": `The board's device tree (${board.deviceTree?.file}) and the places of its ports: the machine had its own, and ports in the order of its bus.`,
    "own-loader": "The first-stage loader that the image brings along: the machine had its own U-Boot.",
    "vendor-loader": "The vendor's U-Boot, which starts the image on the board: the machine had its own.",
    "boot-flow": "The image's partitions and boot flow: no machine of the lab starts them.",
  };
  return untriedParts(board)
    .toReversed()
    .map((part) => sentences[part]);
}

function sizeFigures({ compressed }: Published["manifest"], { proxy }: Site, { arch }: Board): Figure[] {
  if (compressed === null) return [];
  const value = Math.round(compressed.bytes / 1e5) / 10;
  return [
    {
      id: "compressed-image",
      title: "Image, compressed",
      value,
      unit: "MB",
      atMost: proxy.engine === "squid" ? 70 : arch === "amd64" ? 60 : 64,
    },
  ];
}
