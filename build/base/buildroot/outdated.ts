import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashOf } from "../../core/hash.ts";
import { identifyTree } from "../../core/identify-tree.ts";
import { step } from "../../core/progress.ts";
import type { Entry } from "../../core/tree.ts";
import type { Checkout } from "./checkout.ts";
import { makeTarget, type BuildFolders } from "./make.ts";
import type { PackageInfo } from "./package-info.ts";
import { saysHowOnly, type UserSettings } from "./user-settings.ts";

/** What is to be built, and where. */
export interface Wanted {
  readonly tree: readonly Entry[];
  readonly user: UserSettings;
  readonly checkout: Checkout;
  readonly packages: readonly PackageInfo[];
  readonly folders: BuildFolders;
}

/** By what it came from, what a build is made of. */
interface Origins {
  readonly configuration: string;
  readonly kernel: string;
  readonly software: string;
}

/**
 * Buildroot doesn't notice that a configuration or a local package is another than what it has built (manual:
 * "Understanding when a full rebuild is necessary"). Taken away is what a build from nothing would make other bytes
 * of: the kernel alone where only its options are others, else all. `record` says what was built last.
 */
export async function forgetWhatIsOutdated(wanted: Wanted, record: string): Promise<void> {
  const { checkout, folders } = wanted;
  const now = await originsOf(wanted);
  const before = existsSync(record) ? (JSON.parse(await readFile(record, "utf8")) as Origins) : now;
  if (before.configuration !== now.configuration || (before.kernel !== now.kernel && !isAlone(wanted))) {
    await step("Forget what was built with another configuration", () =>
      makeTarget("clean", checkout, folders),
    );
  } else {
    if (before.kernel !== now.kernel) await forgetKernel(checkout, folders);
    if (before.software !== now.software) await makeTarget("halfbridge-dirclean", checkout, folders);
  }
  await writeFile(record, JSON.stringify(now));
}

async function originsOf({ tree, user, checkout }: Wanted): Promise<Origins> {
  const partOf = (pattern: RegExp) => tree.filter(({ path }) => pattern.test(path));
  const settings = partOf(/_defconfig$/).map(withoutHow);
  return {
    configuration: hashOf([
      checkout.version,
      identifyTree([...settings, ...partOf(/\/busybox\.fragment$|^\/package\/[^/]+\/[^/]+$/)]),
      await readOverrides(user),
    ]),
    kernel: identifyTree(partOf(/\/linux\.fragment$/)),
    software: identifyTree(partOf(/^\/package\/[^/]+\/payload\//)),
  };
}

/** Less lines that say only how to build. */
function withoutHow(entry: Entry): Entry {
  if (entry.kind !== "file" || !("content" in entry.from)) return entry;
  const lines = entry.from.content.toString().split("\n");
  return { ...entry, from: { content: lines.filter((line) => !saysHowOnly(line)).join("\n") } };
}

/** Which sources take the place of Buildroot's, where the user says so in a file. */
async function readOverrides({ text }: UserSettings): Promise<string> {
  const file = /^BR2_PACKAGE_OVERRIDE_FILE="(.*)"$/m.exec(text)?.[1];
  return file !== undefined && existsSync(file) ? await readFile(file, "utf8") : "";
}

/** Nothing else is built with the kernel: no modules that aren't its own, above all. */
const isAlone = ({ packages }: Wanted): boolean =>
  packages.some(
    ({ name, type, reverse_dependencies: others }) =>
      name === "linux" && type === "target" && others?.length === 0,
  );

/** Its modules are taken away, too: the new ones may be fewer. */
async function forgetKernel(checkout: Checkout, folders: BuildFolders): Promise<void> {
  await makeTarget("linux-clean-for-reconfigure", checkout, folders);
  await rm(join(folders.output, "target", "usr", "lib", "modules"), { recursive: true, force: true });
}
