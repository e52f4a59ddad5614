import type { OpenwrtBoard } from "../../config/board.ts";
import { wantedPackages } from "./packages.ts";

/**
 * The lines of a source checkout's .config: the model, the packages, and what the payload counts on. Kernel options
 * come with the kmod packages, which set them (KCONFIG in package/kernel/linux/modules/).
 */
export function sourceConfig(board: OpenwrtBoard): string[] {
  const { target, subtarget, profile, rootfsMiB } = board.openwrt;
  return [
    `CONFIG_TARGET_${target}=y`,
    `CONFIG_TARGET_${target}_${subtarget}=y`,
    `CONFIG_TARGET_${target}_${subtarget}_DEVICE_${profile}=y`,
    ...(rootfsMiB === undefined ? [] : [`CONFIG_TARGET_ROOTFS_PARTSIZE=${rootfsMiB}`]),
    "CONFIG_IPV6=y",
    "CONFIG_JSON_OVERVIEW_IMAGE_INFO=y",
    ...wantedPackages(board).map((name) => `CONFIG_PACKAGE_${name}=y`),
  ];
}

/**
 * Which of the lines wanted aren't in a .config that `make defconfig` has been over: what it doesn't know, or what
 * something else forbids, it drops without a word.
 */
export function lostLines(wanted: readonly string[], config: string): string[] {
  const has = new Set(config.split("\n"));
  return wanted.filter((line) => !has.has(line));
}
