/** What differs from one OpenWrt release to the next. */
export interface Release {
  /** `24.10`; what is newer than all is built like the newest. */
  readonly name: string;
  readonly packageManager: "opkg" | "apk";
  /** The kernel series of its targets (KERNEL_PATCHVER). */
  readonly kernel: readonly [major: number, minor: number];
}

/** From openwrt/openwrt's branches: target/linux/x86/Makefile, and include/feeds.mk for the package manager. */
export const releases: readonly Release[] = [
  { name: "23.05", packageManager: "opkg", kernel: [5, 15] },
  { name: "24.10", packageManager: "opkg", kernel: [6, 6] },
  { name: "25.12", packageManager: "apk", kernel: [6, 12] },
];

/** nft's `meta broute` came with Linux 6.4 (NFT_META_BRI_BROUTE): without it nothing leaves a bridge by nft. */
export const brouteSince: Release["kernel"] = [6, 4];

/**
 * The release that a version number is of: `24.10.2` is of 24.10, `SNAPSHOT` of what comes after the newest.
 * Undefined for one that is older than all of them.
 */
export function releaseOf(version: string): Release | undefined {
  const match = /^(\d+)\.(\d+)/.exec(version);
  const newest = releases.at(-1) as Release;
  if (match === null) return newest;
  const [, year, month] = match.map(Number) as [number, number, number];
  return releases.findLast(({ name }) => {
    const [since, sinceMonth] = name.split(".").map(Number) as [number, number];
    return since < year || (since === year && sinceMonth <= month);
  });
}

export const isBefore = (a: Release["kernel"], b: Release["kernel"]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
