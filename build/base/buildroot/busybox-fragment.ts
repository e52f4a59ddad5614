import { applets } from "../debian/packages.ts";

/** Applets whose symbol isn't just their name. */
const otherSymbols: Readonly<Record<string, string>> = { "[": "TEST1", sysctl: "BB_SYSCTL" };

/** What the router's scripts count on beyond the applets themselves. */
const features = [
  "ASH",
  "FEATURE_EDITING",
  "FEATURE_FIND_EXEC",
  "FEATURE_FIND_EXEC_PLUS",
  "FEATURE_INSTALLER", // the initramfs makes its own links
  "FEATURE_MODUTILS_ALIAS", // drivers by what the hardware says it is
  "FEATURE_MOUNT_FLAGS",
  "FEATURE_SYNC_FANCY", // of one file
  "INIT",
  "NC_110_COMPAT",
  "NC_EXTRA",
  "NC_SERVER",
  "FEATURE_USE_INITTAB",
  "FLOCK", // which the debian base has from util-linux
];

/** Off, as Buildroot installs services with them, or as it can't read what depmod writes. */
const unwanted = ["CROND", "KLOGD", "SYSLOGD", "MODPROBE_SMALL"];

const symbolOf = (applet: string): string =>
  otherSymbols[applet] ?? applet.replaceAll("-", "_").toUpperCase();

/** The applets that the debian base has, by name, less those that are another's affair with Buildroot. */
export const buildrootApplets: readonly string[] = Object.values(applets)
  .flat()
  .filter((name) => !unwanted.includes(symbolOf(name)));

/** They as lines of BusyBox's configuration. */
export function printBusyboxFragment(): string {
  const wanted = [...new Set([...buildrootApplets.map(symbolOf), ...features])].sort();
  return [
    "# What Halfbridge's scripts need of BusyBox.",
    ...wanted.map((name) => `CONFIG_${name}=y`),
    ...unwanted.map((name) => `# CONFIG_${name} is not set`),
    "",
  ].join("\n");
}
