import { InputError } from "../../core/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import { hardening } from "./kernel-hardening.ts";
import { symbolOfModule } from "./module-symbols.ts";

/** A kernel's configuration as it is asked for. */
export interface KernelFragment {
  readonly text: string;
  /** Symbols without `CONFIG_` that the kernel has to have, built in or as modules. */
  readonly needed: readonly string[];
}

/**
 * What others depend on (Kconfig's `depends on`), in menus that a default configuration may have shut. A kernel
 * that doesn't know one of them does without it: NETFILTER_XTABLES_LEGACY came with Linux 6.17.
 */
const menus: readonly string[] = [
  "ATA",
  "HYPERV",
  "HYPERVISOR_GUEST",
  "MMC",
  "MMC_SDHCI",
  "MMC_SDHCI_PLTFM",
  "MODULES",
  "NETFILTER",
  "NETFILTER_ADVANCED",
  "NETFILTER_XTABLES",
  "NETFILTER_XTABLES_LEGACY",
  "NET_ACT_SKBEDIT",
  "NET_CLS_ACT",
  "NET_SCHED",
  "NET_DSA",
  "PCI",
  "SCSI_LOWLEVEL",
  "STMMAC_ETH",
  "STMMAC_PLATFORM",
  "USB_USBNET",
  "VIRTIO_MENU",
];

/** A console on whichever screen the firmware has set up: a default configuration counts on its own drivers. */
const screen: readonly string[] = [
  "DRM",
  "DRM_FBDEV_EMULATION",
  "DRM_SIMPLEDRM",
  "FB",
  "FRAMEBUFFER_CONSOLE",
  "SYSFB_SIMPLEFB",
];

/** What default configurations have and no router should. */
const unwanted: readonly string[] = [
  "BT",
  "BTRFS_FS",
  "CAN",
  "CORESIGHT",
  "DRM_ETNAVIV",
  "DRM_I915",
  "DRM_LIMA",
  "DRM_NOUVEAU",
  "DRM_PANFROST",
  "DRM_PANTHOR",
  "KVM",
  "LEGACY_TIOCSTI", // types into another's terminal
  "MEDIA_SUPPORT",
  "NFC",
  "SOUND",
  "STAGING",
  "SYSTEM_TRUSTED_KEYRING", // or the kernel couldn't be built without OpenSSL
  "WERROR", // another compiler's warnings are no reason to have no kernel
  "WIRELESS",
  "WLAN",
];

/**
 * Chips that arm64's default configuration has drivers for, by their makers' folders of device trees. Makers of
 * chips for servers, which UEFI starts, aren't among them.
 */
const chips: Readonly<Record<string, readonly string[]>> = {
  actions: ["ARCH_ACTIONS"],
  airoha: ["ARCH_AIROHA"],
  allwinner: ["ARCH_SUNXI"],
  amlogic: ["ARCH_MESON"],
  apple: ["ARCH_APPLE"],
  exynos: ["ARCH_EXYNOS"],
  freescale: ["ARCH_MXC", "ARCH_S32"],
  intel: ["ARCH_INTEL_SOCFPGA", "ARCH_KEEMBAY"],
  lg: ["ARCH_LG1K"],
  mediatek: ["ARCH_MEDIATEK"],
  microchip: ["ARCH_SPARX5"],
  nuvoton: ["ARCH_MA35", "ARCH_NPCM"],
  nvidia: ["ARCH_TEGRA"],
  qcom: ["ARCH_QCOM"],
  realtek: ["ARCH_REALTEK"],
  renesas: ["ARCH_RENESAS"],
  sprd: ["ARCH_SPRD"],
  st: ["ARCH_STM32"],
  synaptics: ["ARCH_BERLIN"],
  tesla: ["ARCH_TESLA_FSD"],
  ti: ["ARCH_K3"],
  toshiba: ["ARCH_VISCONTI"],
  xilinx: ["ARCH_ZYNQMP"],
};

/** Those of others than the board's own maker. */
function otherChips({ arch, deviceTree }: Plan["board"]): string[] {
  if (arch !== "arm64") return [];
  const own = deviceTree?.file.split("/")[0];
  return Object.entries(chips).flatMap(([maker, symbols]) => (maker === own ? [] : symbols));
}

/**
 * The plan's options and modules as Kconfig lines. What finds and mounts the root file system is built in, as
 * the initramfs has no modules; whatever a set-up or a driver loads is a module; kconfig lowers a `y` where it
 * depends on a module.
 */
export function printKernelFragment({ board, kernel }: Plan): KernelFragment {
  const { storage, system, network, hardware } = kernel.modules;
  const builtIn = symbolsOf([...storage, ...system], board.name);
  const { otherModules = [] } = board.kernel;
  const loadable = symbolsOf([...network, ...hardware, ...otherModules], board.name).filter(
    (name) => !builtIn.includes(name),
  );
  const needed = [...new Set([...kernel.options, ...hardening, ...builtIn, ...loadable])].sort();
  const values = needed.map((name) => [name, loadable.includes(name) ? "m" : "y"] as const);
  const opened = menus.filter((name) => !needed.includes(name));
  const text = [
    "# What Halfbridge needs of the kernel, from its plan.",
    ...values.map(([name, value]) => `CONFIG_${name}=${value}`),
    "",
    "# What that depends on.",
    ...opened.map((name) => `CONFIG_${name}=y`),
    "",
    "# Where there is a screen.",
    ...screen.map((name) => `CONFIG_${name}=y`),
    "",
    "# What weighs and isn't used, or isn't wanted.",
    "CONFIG_DEBUG_INFO_NONE=y",
    ...[...unwanted, ...otherChips(board)].map((name) => `# CONFIG_${name} is not set`),
    "",
  ].join("\n");
  return { text, needed };
}

/** Throws an InputError that names every module whose symbol isn't known. */
function symbolsOf(modules: readonly string[], board: string): string[] {
  const normal = modules.map((name) => name.replaceAll("-", "_"));
  const unknown = normal.filter((name) => symbolOfModule[name] === undefined);
  if (unknown.length > 0) {
    const fact = `nothing is known of the kernel option behind ${unknown.join(", ")}`;
    const hint = "add it to build/base/buildroot/module-symbols.ts";
    throw new InputError([{ file: `board-configs/${board}.yaml`, path: "/kernel", fact, hint }]);
  }
  return [...new Set(normal.map((name) => symbolOfModule[name] as string))];
}
