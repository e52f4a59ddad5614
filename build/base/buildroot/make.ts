import { run } from "../../core/run.ts";
import { runLogged } from "../../core/run-logged.ts";
import type { Checkout } from "./checkout.ts";

/** A build of one board: where its external tree is and where everything goes. Paths are absolute. */
export interface BuildFolders {
  readonly external: string;
  /** Buildroot's `O=`. */
  readonly output: string;
  /** All that Buildroot said. */
  readonly log: string;
}

/** Runs a target of Buildroot's. */
export async function makeTarget(
  target: string,
  checkout: Checkout,
  folders: BuildFolders,
  onLine: (line: string) => void = () => {},
): Promise<void> {
  await runLogged(["make", ...variables(folders), target], {
    cwd: checkout.directory,
    // Buildroot's own epoch is the time of its release
    env: { ...process.env, SOURCE_DATE_EPOCH: undefined, LC_ALL: "C", TZ: "UTC" },
    log: folders.log,
    onLine,
  });
}

/** What a target prints, without make's own words. */
export async function askMake(
  target: readonly string[],
  checkout: Checkout,
  folders: BuildFolders,
): Promise<string> {
  const argv = ["make", "--silent", "--no-print-directory", ...variables(folders), ...target];
  return (await run(argv, { cwd: checkout.directory })).stdout;
}

const variables = ({ external, output }: BuildFolders): string[] => [
  `O=${output}`,
  `BR2_EXTERNAL=${external}`,
];
