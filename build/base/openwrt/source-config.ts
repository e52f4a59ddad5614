import type { OpenwrtBoard } from "../../config/board.ts";
import { readFragmentText } from "../../config/fragment.ts";
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

/** Lines of configuration that the user gives, and the file that they are from. */
export interface Fragment {
  readonly file: string;
  readonly text: string;
}

/** Reads them. Throws an InputError for what can't be read, or isn't such a line. */
export async function readFragment(file: string): Promise<Fragment> {
  return { file, text: await readFragmentText(file, "CONFIG_") };
}

/**
 * Which of the lines wanted aren't in a .config that `make defconfig` has been over: what it doesn't know, or what
 * something else forbids, it drops without a word.
 */
export function lostLines(wanted: readonly string[], config: string): string[] {
  const has = new Set(config.split("\n"));
  return wanted.filter((line) => !has.has(line));
}

/** Which lines of a fragment, likewise: what it turns off is lost only where it is on. */
export function lostFromFragment({ text }: Fragment, config: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  const kept = lostLines(
    lines.filter((line) => /^CONFIG_\w[\w.+-]*=/.test(line) && !line.endsWith("=n")),
    config,
  );
  const isOn = new Set([...config.matchAll(/^(CONFIG_[\w.+-]+)=/gm)].map(([, name]) => name));
  return [
    ...kept,
    ...lines.filter((line) => isOn.has(/^# (CONFIG_[\w.+-]+) is not set$/.exec(line)?.[1] ?? "")),
  ];
}
