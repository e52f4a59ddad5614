import { join } from "node:path";
import type { Board } from "../config/board.ts";
import type { Site } from "../config/site.ts";
import type { FirmwareKind } from "./lab-inputs.ts";
import type { AnyPlan } from "../plan/plan.ts";
import type { Published } from "../image/publish.ts";
import type { Figure, Report } from "../report/report.ts";
import type { Accelerator } from "../../qemu/accelerator.ts";
import { firmwaresOf, machineKinds } from "../../qemu/machine-kinds.ts";
import type { Proof } from "../../qemu/prove.ts";
import { planTopology } from "../../qemu/topology.ts";

export const firmwareNames: Readonly<Record<FirmwareKind, string>> = {
  bios: "BIOS (SeaBIOS)",
  uefi: "UEFI (edk2)",
  "u-boot": "U-Boot (Debian's for QEMU)",
};

/** A run of the lab, and the folder below `lab/` that holds what it left. */
export interface LabRun {
  readonly where: string;
  readonly firmware: FirmwareKind;
  readonly proof: Proof;
}

/** What the lab found in all its runs, as one report. */
export function makeReport(
  { plan, manifest }: Published,
  runs: readonly LabRun[],
  accelerator: Accelerator,
): Report {
  const { site, board } = plan;
  const firmwares = [...new Set(runs.map(({ firmware }) => firmware))];
  const names = firmwares.map((firmware) => firmwareNames[firmware]);
  const hasMatrix = runs.some(({ proof }) => proof.claims.some(({ setup }) => setup !== undefined));
  return {
    board: board.name,
    site: site.name,
    mode: site.arp === "bridge" ? `${site.mode}, arp: bridge` : site.mode,
    dialect: site.dialect,
    facts: factsOf(site),
    planHash: plan.hash,
    image: { file: manifest.image.file, sha256: manifest.image.sha256 },
    proven: [
      `This very image file was booted, whole, from ${names.join(" and from ")}: boot loader, kernel, root file system, data partition.`,
      "Everything was judged from outside: on the two links, from the hosts on them, and on the serial console.",
      ...(hasMatrix
        ? [
            "Other modes and dialects were given to the running router with its own halfbridge-ctl, and judged likewise.",
          ]
        : []),
    ],
    notProven: [
      ...unexercised(board, accelerator),
      "Speed on real hardware: software emulation says nothing about it.",
      ...(accelerator === "tcg"
        ? [
            "Address space randomisation: each router started with it, and ran on without it, which makes emulation three times as fast.",
          ]
        : []),
      ...firmwaresOf(board)
        .filter((kind) => !firmwares.includes(kind))
        .map((kind) => `${firmwareNames[kind]}: it was left out of this run.`),
    ],
    topology: topologyOf(plan),
    claims: runs.flatMap(({ proof }) => proof.claims),
    figures: [...sizeFigures(manifest, site, board), ...runs.flatMap(({ proof }) => proof.figures)],
    evidence: runs.flatMap(({ where, proof }) =>
      proof.evidence.map(({ title, file }) => ({ title, file: join("lab", where, file) })),
    ),
  };
}

/** What QEMU's machine isn't, and the board is. */
function unexercised({ arch, deviceTree, loader }: Board, accelerator: Accelerator): string[] {
  const { machine } = machineKinds[arch];
  const how = accelerator === "kvm" ? "KVM" : "software emulation";
  const drivers = "the drivers for real disks and network cards are in the image but were not exercised";
  return [
    `The machine was QEMU's (${machine.split(",")[0]}, ${how}, virtio disk and network): ${drivers}.`,
    ...(deviceTree === undefined
      ? []
      : [
          `The board's device tree (${deviceTree.file}) and the places of its ports: the machine had its own, and ports in the order of its bus.`,
        ]),
    ...(loader === undefined
      ? []
      : ["The first-stage loader that the image brings along: the machine had its own U-Boot."]),
  ];
}

export function topologyOf({ site, network }: AnyPlan): Report["topology"] {
  const { clients, origins, origins6, lan6 } = planTopology(site);
  const { ipv6 } = site;
  const hosts = (name: string, addresses: readonly { address: string; address6: string }[]) =>
    addresses.map(({ address, address6 }, index) => ({
      name: `${name} ${index + 1}`,
      address,
      ...(ipv6.handling === "block" ? {} : { address6 }),
    }));
  return {
    ispRouter: site.ispRouter,
    router: site.router,
    lanPrefix: site.lan,
    ports: network.ports,
    clients: hosts("client", clients),
    origins: hosts(
      "origin",
      origins.map((address, index) => ({ address, address6: origins6[index] ?? "" })),
    ),
    ...(ipv6.handling === "route"
      ? { ipv6: { lanPrefix: lan6, router: ipv6.router, ispRouter: ipv6.ispRouter } }
      : {}),
  };
}

/** What the site chose, in few words. */
export function factsOf(site: Site): Report["facts"] {
  const { client, server } = site.transparency;
  const ipv6 = { route: "routed and filtered", bridge: "bridged, unfiltered", block: "blocked" };
  return [
    { label: "Clients", value: client ? "captured" : "ask the proxy" },
    { label: "Origins see", value: server ? "the client" : "the router" },
    { label: "Ports", value: site.capture.map(({ port, carries }) => `${port} (${carries})`).join(", ") },
    { label: "Proxy", value: site.proxy.engine },
    { label: "Proxy away", value: site.failMode },
    { label: "IPv6", value: ipv6[site.ipv6.handling] },
  ];
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
