import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, ToolError } from "../../core/faults.ts";
import { run } from "../../core/run.ts";
import { missingOptions } from "../debian/kernel.ts";
import type { Checkout } from "./checkout.ts";
import { settingsOf } from "./defconfig.ts";
import { askMake, makeTarget, type BuildFolders } from "./make.ts";
import type { UserSettings } from "./user-settings.ts";

/**
 * Configures Buildroot. It drops symbols that it doesn't know without a word, exit code 0; that is an error
 * here, which names them: an InputError where the user asked for them, else a ToolError.
 */
export async function configure(
  defconfig: string,
  user: UserSettings,
  checkout: Checkout,
  folders: BuildFolders,
): Promise<void> {
  await makeTarget(defconfig, checkout, folders);
  const check = join(checkout.directory, "support", "scripts", "check-dotconfig.py");
  const files = [join(folders.output, ".config"), join(folders.external, "configs", defconfig)];
  const { stdout, exitCode } = await run([check, ...files], { okCodes: [0, 1] });
  if (exitCode === 0) return;
  const missing = [...stdout.matchAll(/^ *Missing: (.*)$/gm)].map((match) => match[1] as string);
  if (missing.length === 0) throw new ToolError(`check-dotconfig.py failed:\n${stdout}`);
  const has = settingsOf(await readFile(join(folders.output, ".config"), "utf8"));
  // what is to be off is, where there isn't even a line about it
  const dropped = missing.filter((line) => !line.endsWith(" is not set") || has.has(symbolOf(line)));
  if (dropped.length === 0) return;
  const users = settingsOf(user.text);
  const theirs = dropped.filter((line) => users.has(symbolOf(line)));
  const because = `Buildroot ${checkout.version} doesn't know it, or something that it depends on is off`;
  if (theirs.length > 0) {
    throw new InputError(
      theirs.map((line) => ({ file: user.source, path: "", fact: `${line} has no effect`, hint: because })),
    );
  }
  throw new ToolError(
    `Buildroot ${checkout.version} has dropped ${dropped.length === 1 ? "a line" : "lines"} of the configuration:\n${dropped.map((line) => `  ${line}`).join("\n")}`,
    `it doesn't know them, or something that they depend on is off${users.size === 0 ? "" : `: perhaps by what ${user.source} says`}`,
  );
}

const symbolOf = (line: string): string => /BR2_\w+/.exec(line)?.[0] ?? line;

/** Configures the kernel and holds what has come out against what the router needs. */
export async function configureKernel(
  needed: readonly string[],
  checkout: Checkout,
  folders: BuildFolders,
  onLine?: (line: string) => void,
): Promise<void> {
  await makeTarget("linux-configure", checkout, folders, onLine);
  const answer = await askMake(["printvars", "VARS=LINUX_DIR"], checkout, folders);
  const directory = /^LINUX_DIR=(.*)$/m.exec(answer)?.[1];
  if (directory === undefined) throw new ToolError("Buildroot doesn't say where its kernel is (LINUX_DIR)");
  const missing = missingOptions(needed, await readFile(join(directory, ".config"), "utf8"));
  if (missing.length === 0) return;
  throw new ToolError(
    `the kernel (${directory.replace(/^.*\//, "")}) is configured without ${missing.join(", ")}`,
    "the fragment asks for them: this kernel doesn't know them, or something that they depend on is off",
  );
}
