import type { Plan } from "../../plan/plan.ts";
import type { BuildrootBoard } from "./board.ts";

/** Of the long-term series that the lab knows; its checksum is in overlays/buildroot/patches. */
const kernelVersion = "6.12.104";

const external = "$(BR2_EXTERNAL_HALFBRIDGE_PATH)";
const boardFolder = `${external}/board/halfbridge`;

/**
 * Lines of Buildroot's configuration. What the user says goes before what we say; whoever says anything of
 * the toolchain, or where another kernel is from, says all of it.
 */
export function printDefconfig(
  plan: Plan,
  board: BuildrootBoard,
  disk: readonly string[],
  userFragment = "",
): string {
  const users = settingsOf(userFragment);
  const saysKernel = [...users.values()].some((line) => kernelSource.test(line));
  const saysToolchain = [...users.keys()].some((name) => name.startsWith("BR2_TOOLCHAIN"));
  const ours = settingsOf(
    [
      ...board.architecture,
      ...(saysToolchain ? [] : toolchain(board)),
      ...system,
      "BR2_LINUX_KERNEL=y",
      ...(saysKernel ? [] : kernelRelease),
      ...kernel(plan, board),
      ...rootFileSystem,
      ...hostTools,
      ...disk,
    ].join("\n"),
  );
  for (const [name, line] of users) ours.set(name, lists.has(name) ? joinLists(ours.get(name), line) : line);
  return [...ours.values()].map((line) => `${line}\n`).join("");
}

/** Settings with several files or folders: the image needs ours, whatever a user has besides. */
const lists: ReadonlySet<string> = new Set([
  "BR2_GLOBAL_PATCH_DIR",
  "BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES",
  "BR2_PACKAGE_BUSYBOX_CONFIG_FRAGMENT_FILES",
  "BR2_ROOTFS_OVERLAY",
  "BR2_ROOTFS_POST_BUILD_SCRIPT",
  "BR2_ROOTFS_POST_FAKEROOT_SCRIPT",
  "BR2_ROOTFS_POST_IMAGE_SCRIPT",
  "BR2_STRIP_EXCLUDE_DIRS",
]);

/** Ours before theirs, where Buildroot lets the later one win; theirs alone where it says where ours are to be. */
function joinLists(ours = "", theirs: string): string {
  const wordsOf = (line: string) => /^\w+="(.*)"$/.exec(line)?.[1]?.split(/\s+/).filter(Boolean) ?? [];
  const [own, other] = [wordsOf(ours), wordsOf(theirs)];
  const name = theirs.replace(/=.*/, "");
  return own.every((word) => other.includes(word)) ? theirs : `${name}="${[...own, ...other].join(" ")}"`;
}

/** Ready-made: Buildroot would need half an hour for its own. */
const toolchain = (board: BuildrootBoard): string[] => [
  "BR2_TOOLCHAIN_EXTERNAL=y",
  "BR2_TOOLCHAIN_EXTERNAL_BOOTLIN=y",
  `BR2_TOOLCHAIN_EXTERNAL_BOOTLIN_${board.toolchain}_GLIBC_STABLE=y`,
];

const system = [
  "BR2_REPRODUCIBLE=y",
  "BR2_DOWNLOAD_FORCE_CHECK_HASHES=y",
  `BR2_GLOBAL_PATCH_DIR="${external}/patches"`,
  "BR2_ROOTFS_MERGED_USR=y",
  "BR2_FORTIFY_SOURCE_2=y",
  "BR2_PACKAGE_BUSYBOX_SHOW_OTHERS=y",
  "BR2_PACKAGE_HALFBRIDGE=y",
  "BR2_SYSTEM_BIN_SH_DASH=y",
  `BR2_PACKAGE_BUSYBOX_CONFIG_FRAGMENT_FILES="${boardFolder}/busybox.fragment"`,
  // the set-up is the network's only master
  "# BR2_PACKAGE_IFUPDOWN_SCRIPTS is not set",
  "# BR2_PACKAGE_URANDOM_SCRIPTS is not set",
  "# BR2_TARGET_GENERIC_GETTY is not set",
  // it would have no password; consoles have a shell without asking, or none
  "# BR2_TARGET_ENABLE_ROOT_LOGIN is not set",
  "# BR2_TARGET_GENERIC_REMOUNT_ROOTFS_RW is not set",
  // Node's pages are in an order of their own
  'BR2_STRIP_EXCLUDE_DIRS="/usr/lib/halfbridge"',
  `BR2_ROOTFS_OVERLAY="${boardFolder}/rootfs_overlay"`,
  `BR2_ROOTFS_POST_BUILD_SCRIPT="${boardFolder}/post-build.sh"`,
  `BR2_ROOTFS_POST_FAKEROOT_SCRIPT="${boardFolder}/post-fakeroot.sh"`,
  `BR2_ROOTFS_POST_IMAGE_SCRIPT="${boardFolder}/post-image.sh"`,
];

const kernelRelease = [
  "BR2_LINUX_KERNEL_CUSTOM_VERSION=y",
  `BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE="${kernelVersion}"`,
];

/** Buildroot has one of these (linux/Config.in). */
const kernelSource = /^BR2_LINUX_KERNEL_(LATEST_\w*VERSION|CUSTOM_(TARBALL|GIT|HG|SVN))=y$/;

const kernel = ({ board: { deviceTree } }: Plan, board: BuildrootBoard): string[] => [
  "BR2_LINUX_KERNEL_USE_ARCH_DEFAULT_CONFIG=y",
  `BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES="${boardFolder}/linux.fragment"`,
  ...board.kernel,
  ...(deviceTree === undefined
    ? []
    : [
        "BR2_LINUX_KERNEL_DTS_SUPPORT=y",
        `BR2_LINUX_KERNEL_INTREE_DTS_NAME="${deviceTree.file.replace(/\.dtb$/, "")}"`,
      ]),
];

const rootFileSystem = [
  "BR2_TARGET_ROOTFS_SQUASHFS=y",
  "BR2_TARGET_ROOTFS_SQUASHFS_BS_1024K=y",
  "BR2_TARGET_ROOTFS_SQUASHFS4_ZSTD=y",
  "BR2_TARGET_ROOTFS_SQUASHFS_EXTREME_COMP=y",
  "# BR2_TARGET_ROOTFS_TAR is not set",
];

const hostTools = [
  "BR2_PACKAGE_HOST_DOSFSTOOLS=y",
  "BR2_PACKAGE_HOST_E2FSPROGS=y",
  "BR2_PACKAGE_HOST_GENIMAGE=y",
  "BR2_PACKAGE_HOST_MTOOLS=y",
  "BR2_PACKAGE_HOST_SQUASHFS=y",
];

/** Lines by the symbol that they set; what isn't a setting is left out, and `=n` is said as Kconfig says it. */
export function settingsOf(text: string): Map<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const [said, name] = /^(?:# )?(BR2_\w+)(?:=.*| is not set)$/.exec(line.trim()) ?? [];
      if (said === undefined || name === undefined) return [];
      return [[name, said === `${name}=n` ? `# ${name} is not set` : said]];
    }),
  );
}
