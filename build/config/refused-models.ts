import type { Fault } from "../core/faults.ts";
import { needs } from "./check-board.ts";

/** A model that people ask for and that can't run Halfbridge, by what it is. */
interface RefusedModel {
  /** As OpenWrt's profiles call it, and people; words are parted by hyphens, and a version may follow. */
  readonly names: RegExp;
  readonly title: string;
  /** Its CPU, where V8 can't run on it. */
  readonly cpu?: string;
  /** What its flash has room for (OpenWrt's IMAGE_SIZE). */
  readonly imageKiB?: number;
  readonly memoryMiB?: number;
  /** Where the numbers are from. */
  readonly source: string;
}

const mips = "MIPS without an FPU";

const models: readonly RefusedModel[] = [
  {
    names: /tl-wr841nd?|tl-wr841\b/,
    title: "TP-Link TL-WR841N",
    cpu: mips,
    imageKiB: 3904,
    source: "openwrt/openwrt target/linux/ath79/image/common-tp-link.mk (tplink-4mlzma)",
  },
  {
    names: /tl-wr842nd?/,
    title: "TP-Link TL-WR842ND",
    cpu: mips,
    memoryMiB: 32,
    source: "libremesh/libremesh.github.io#137",
  },
  {
    names: /archer-c7/,
    title: "TP-Link Archer C7",
    cpu: mips,
    imageKiB: 15_872,
    source: "openwrt/openwrt target/linux/ath79/image/common-tp-link.mk (tplink-16mlzma)",
  },
  {
    names: /gl-ar750s?/,
    title: "GL.iNet GL-AR750S",
    cpu: mips,
    source: "openwrt/openwrt target/linux/ath79/image/nand.mk",
  },
  {
    names: /gl-mt300n/,
    title: "GL.iNet GL-MT300N-V2",
    cpu: mips,
    imageKiB: 16_064,
    source: "openwrt/openwrt target/linux/ramips/image/mt76x8.mk",
  },
  {
    names: /gl-mt1300/,
    title: "GL.iNet GL-MT1300",
    cpu: mips,
    imageKiB: 32_448,
    source: "openwrt/openwrt target/linux/ramips/image/mt7621.mk",
  },
  {
    names: /edgerouter-x|\berx\b/,
    title: "Ubiquiti EdgeRouter X",
    cpu: mips,
    source: "openwrt/openwrt target/linux/ramips/image/mt7621.mk",
  },
  {
    names: /mi-router-4a|xiaomi-4a/,
    title: "Xiaomi Mi Router 4A Gigabit Edition",
    cpu: mips,
    imageKiB: 14_848,
    source: "openwrt/openwrt target/linux/ramips/image/mt7621.mk",
  },
  {
    names: /e7350|rt1800/,
    title: "Linksys E7350 (Belkin RT1800)",
    cpu: mips,
    source: "dangowrt/owrt-ubi-installer#143",
  },
  {
    names: /fritz-?box-4040/,
    title: "AVM FRITZ!Box 4040",
    imageKiB: 29_056,
    source: "openwrt/openwrt target/linux/ipq40xx/image/generic.mk",
  },
  {
    names: /gl-b1300/,
    title: "GL.iNet GL-B1300",
    imageKiB: 26_624,
    source: "openwrt/openwrt target/linux/ipq40xx/image/generic.mk",
  },
  {
    names: /^(raspberrypi-|raspberry-pi-|rpi-?)(1|zero(-w)?|model-b)?$/,
    title: "Raspberry Pi 1 or Zero",
    cpu: "ARMv6",
    source: "openwrt/openwrt target/linux/bcm27xx/image/Makefile (bcm2708)",
  },
];

/** Why a model is refused, by its numbers; undefined for one that isn't known. */
export function refusalOf(name: string): Pick<Fault, "fact" | "hint"> | undefined {
  const words = name.toLowerCase().replace(/[ _,]/g, "-");
  const model = models.find(({ names }) => names.test(words));
  if (model === undefined) return undefined;
  const { title, cpu, imageKiB = Infinity, memoryMiB = Infinity, source } = model;
  const reasons = [
    ...(cpu === undefined ? [] : [`its CPU is ${cpu}, on which V8 can't run`]),
    ...tooLittle("room for an image", imageKiB / 1024, needs.flashMiB),
    ...tooLittle("RAM", memoryMiB, needs.memoryMiB),
  ];
  return { fact: `${title} can't run Halfbridge: ${reasons.join("; ")}`, hint: `from ${source}` };
}

const tooLittle = (what: string, hasMiB: number, wantedMiB: number): string[] =>
  hasMiB < wantedMiB
    ? [`it has ${Number(hasMiB.toFixed(1))} MiB of ${what}, and ${wantedMiB} MiB are needed`]
    : [];
