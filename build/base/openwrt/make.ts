import { InputError } from "../../core/faults.ts";
import { note } from "../../core/progress.ts";
import { runLogged } from "../../core/run-logged.ts";

/** Runs make in an ImageBuilder or a checkout; all that it says is shown as it comes, and kept in a log. */
export function makeLogged(directory: string, goal: readonly string[], log: string): Promise<void> {
  return runLogged(["make", "--no-print-directory", "-C", directory, ...goal], {
    // SOURCE_DATE_EPOCH is the release's own
    env: { ...process.env, SOURCE_DATE_EPOCH: undefined, LC_ALL: "C", TZ: "UTC" },
    log,
    onLine: (line) => {
      if (line.trim() !== "") note(`  | ${line}`);
    },
  });
}

/** OpenWrt's makefiles take a path with a space in it for several: throws an InputError. */
export function requireNoSpace(path: string): void {
  if (!/\s/.test(path)) return;
  const fact = "has a space in its path, which OpenWrt's makefiles can't take";
  throw new InputError([{ file: path, path: "", fact, hint: "move or rename it" }]);
}
