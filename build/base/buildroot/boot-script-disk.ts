import type { Board } from "../../config/board.ts";
import { mergeTrees, textFile, type Entry, type FileEntry } from "../../core/tree.ts";
import { freshSlots, printBootState } from "../../image/boot-state.ts";
import { firmwareView, slotView } from "../../image/gpt-boot-script.ts";
import { fixedGuid } from "../../image/layout.ts";
import { renderTemplates } from "../../payload/render.ts";
import type { DiskRecipe } from "./disk.ts";

/** U-Boot by its boot script: the machine's own, or one that Buildroot builds for the board. */
export const bootScriptDisk: DiskRecipe = {
  configuration: (board) => [
    "BR2_PACKAGE_HOST_UBOOT_TOOLS=y",
    "BR2_PACKAGE_LIBUBOOTENV=y",
    ...loaderConfiguration(board),
  ],

  files: async (board, layout, rootIdentity) =>
    mergeTrees(
      await renderScript("firmware", firmwareView(layout), "/boot.txt"),
      await renderScript("boot/gpt-boot-script", slotView(board, rootIdentity), "/slot.txt"),
      [textFile("/state.img", printBootState(freshSlots))],
    ),

  facts: ({ name, arch, deviceTree }) => ({
    BOOT_SERIAL: fixedGuid(name, "boot-serial").slice(0, 8),
    KERNEL_FILE: arch === "arm64" ? "Image.gz" : "zImage",
    UBOOT_ARCH: arch === "arm64" ? "arm64" : "arm",
    DEVICE_TREE: deviceTree?.file.replace(/^.*\//, "") ?? "",
  }),

  fat: () => ({ partition: "firmware", label: "FIRMWARE", files: { "boot.scr": "boot.scr" } }),

  contents: { state: "state.img", "boot-a": "boot.vfat", "root-a": "rootfs.squashfs" },

  // where Rockchip's boot ROM looks: sector 64
  raw: ({ loader }) =>
    loader === undefined ? [] : [{ name: "loader", image: "u-boot-rockchip.bin", offsetBytes: 64 * 512 }],
};

/** U-Boot and the trusted firmware below it; facts as in Buildroot's own configurations of RK3328 and RK3399 boards. */
function loaderConfiguration({ loader }: Board): string[] {
  if (loader === undefined) return [];
  const { ubootBuild = "", defconfig = `${ubootBuild}_defconfig`, trustedFirmware } = loader;
  const platform = trustedFirmware ?? ubootBuild.replace(/^.*-/, "");
  return [
    "BR2_TARGET_ARM_TRUSTED_FIRMWARE=y",
    `BR2_TARGET_ARM_TRUSTED_FIRMWARE_PLATFORM="${platform}"`,
    'BR2_TARGET_ARM_TRUSTED_FIRMWARE_IMAGES=""',
    // for the Cortex-M0 that only this one has
    ...(platform === "rk3399" ? ["BR2_TARGET_ARM_TRUSTED_FIRMWARE_NEEDS_ARM32_TOOLCHAIN=y"] : []),
    "BR2_TARGET_UBOOT=y",
    "BR2_TARGET_UBOOT_BUILD_SYSTEM_KCONFIG=y",
    `BR2_TARGET_UBOOT_BOARD_DEFCONFIG="${defconfig.replace(/_defconfig$/, "")}"`,
    ...["DTC", "PYLIBFDT", "PYELFTOOLS", "OPENSSL", "GNUTLS", "ATF_BL31", "ATF_BL31_ELF"].map(
      (need) => `BR2_TARGET_UBOOT_NEEDS_${need}=y`,
    ),
    "# BR2_TARGET_UBOOT_FORMAT_BIN is not set",
    "BR2_TARGET_UBOOT_FORMAT_CUSTOM=y",
    'BR2_TARGET_UBOOT_FORMAT_CUSTOM_NAME="u-boot-rockchip.bin"',
  ];
}

async function renderScript(folder: string, view: object, path: string): Promise<Entry[]> {
  const [script] = (await renderTemplates(folder, view)) as FileEntry[];
  return script === undefined ? [] : [{ ...script, path, mode: 0o644 }];
}
