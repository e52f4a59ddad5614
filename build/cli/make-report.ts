import { join } from "node:path";
import type { Published } from "../image/publish.ts";
import type { Figure, Report } from "../report/report.ts";
import type { Proof } from "../../qemu/prove.ts";
import { planTopology } from "../../qemu/topology.ts";

const firmwareNames = { bios: "BIOS (SeaBIOS)", uefi: "UEFI (OVMF)" } as const;

/** What the lab found with each firmware, as one report. */
export function makeReport(
  { plan, manifest }: Published,
  proofs: ReadonlyMap<keyof typeof firmwareNames, Proof>,
  accelerator: string,
): Report {
  const { site, board } = plan;
  const { clients, origins } = planTopology(site);
  const names = [...proofs.keys()].map((firmware) => firmwareNames[firmware]);
  return {
    board: board.name,
    site: site.name,
    mode: site.mode,
    dialect: site.dialect,
    facts: [],
    planHash: plan.hash,
    image: { file: manifest.image.file, sha256: manifest.image.sha256 },
    proven: [
      `This very image file was booted, whole, from ${names.join(" and from ")}: boot loader, kernel, root file system, data partition.`,
      "Everything was judged from outside: on the two links, from the hosts on them, and on the serial console.",
    ],
    notProven: [
      `The machine was QEMU's (q35, ${accelerator === "kvm" ? "KVM" : "software emulation"}, virtio disk and network): the drivers for real disks and network cards are in the image but were not exercised.`,
      "Speed on real hardware: software emulation says nothing about it.",
      ...(proofs.size < 2 ? ["The other firmware: it was left out of this run."] : []),
    ],
    topology: {
      ispRouter: site.ispRouter,
      router: site.router,
      lanPrefix: site.lan,
      ports: board.ports,
      clients: clients.map(({ address }, index) => ({ name: `client ${index + 1}`, address })),
      origins: origins.map((address, index) => ({ name: `origin ${index + 1}`, address })),
    },
    claims: [...proofs.values()].flatMap(({ claims }) => claims),
    figures: [...sizeFigures(manifest), ...[...proofs.values()].flatMap(({ figures }) => figures)],
    evidence: [...proofs].flatMap(([firmware, { evidence }]) =>
      evidence.map(({ title, file }) => ({ title, file: join("lab", firmware, file) })),
    ),
  };
}

function sizeFigures({ compressed }: Published["manifest"]): Figure[] {
  if (compressed === null) return [];
  const value = Math.round(compressed.bytes / 1e5) / 10;
  return [{ id: "compressed-image", title: "Image, compressed", value, unit: "MB", atMost: 60 }];
}
