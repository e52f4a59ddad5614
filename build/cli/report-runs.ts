import { join } from "node:path";
import type { Site } from "../config/site.ts";
import type { AnyPlan } from "../plan/plan.ts";
import { portDevices } from "../plan/ports.ts";
import type { Report } from "../report/report.ts";
import type { Accelerator } from "../../qemu/accelerator.ts";
import type { Proof } from "../../qemu/prove.ts";
import { planTopology } from "../../qemu/topology.ts";
import type { FirmwareKind } from "./lab-inputs.ts";

/** A run of the lab, and the folder below `lab/` that holds what it left. */
export interface LabRun {
  readonly where: string;
  readonly firmware: FirmwareKind;
  readonly proof: Proof;
}

/** What only the maker of the images can say: which they are, what booting them proves, and what they weigh. */
type OfImages = Pick<Report, "image" | "proven" | "notProven" | "figures">;

/** What the lab found in all its runs, as one report. */
export function reportRuns(plan: AnyPlan, runs: readonly LabRun[], ofImages: OfImages): Report {
  const { site, board } = plan;
  return {
    board: board.name,
    site: site.name,
    mode: site.arp === "bridge" ? `${site.mode}, arp: bridge` : site.mode,
    dialect: site.dialect,
    facts: factsOf(site),
    planHash: plan.hash,
    image: ofImages.image,
    proven: ofImages.proven,
    notProven: ofImages.notProven,
    topology: topologyOf(plan),
    claims: runs.flatMap(({ proof }) => proof.claims),
    figures: [...ofImages.figures, ...runs.flatMap(({ proof }) => proof.figures)],
    evidence: runs.flatMap(({ where, proof }) =>
      proof.evidence.map(({ title, file }) => ({ title, file: join("lab", where, file) })),
    ),
  };
}

export const firmwareNames: Readonly<Record<FirmwareKind, string>> = {
  bios: "BIOS (SeaBIOS)",
  uefi: "UEFI (edk2)",
  "u-boot": "U-Boot (Debian's for QEMU)",
};

export const acceleratorNames: Readonly<Record<Accelerator, string>> = {
  kvm: "KVM",
  tcg: "software emulation",
};

/** `BIOS (SeaBIOS) and from UEFI (edk2)`: what a sentence says that its images were booted from. */
export function nameFirmwares(runs: readonly LabRun[]): string {
  const kinds = new Set(runs.map(({ firmware }) => firmware));
  return [...kinds].map((kind) => firmwareNames[kind]).join(" and from ");
}

/** Sentences that hold for the images of every base. */
export const judgedFromOutside =
  "Everything was judged from outside: on the two links, from the hosts on them, and on the serial console.";
export const speedUnproven = "Speed on real hardware: software emulation says nothing about it.";

/** What the site chose, in few words. */
function factsOf(site: Site): Report["facts"] {
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

function topologyOf({ site, network }: AnyPlan): Report["topology"] {
  const { clients, origins, origins6, lan6 } = planTopology(site);
  const { ipv6 } = site;
  const [isp = "", first = "", ...others] = portDevices(network);
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
    ports: { isp, lan: others.length === 0 ? first : `${first}…${others.at(-1)}` },
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
