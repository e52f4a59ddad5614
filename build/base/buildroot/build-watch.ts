import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { note } from "../../core/progress.ts";
import type { PackageInfo } from "./package-info.ts";

/** How often a long build says that it goes on. */
export interface Pace {
  /** Between two lines of a step, where there is no terminal. */
  readonly everyMs: number;
  /** A package that took as long gets a line of its own when it is done. */
  readonly noteworthyMs: number;
}

export const calmPace: Pace = { everyMs: 60_000, noteworthyMs: 10_000 };

/** Follows what Buildroot says while it builds. */
export interface BuildWatch {
  readonly onLine: (line: string) => void;
  /** `30 of 64 packages, linux 6.12.104: Building for 95 s, drivers/net/veth.o` */
  readonly activity: () => string;
}

/** What is worked on: a package, or without a name the whole root file system. */
interface Work {
  readonly name: string;
  readonly started: number;
  readonly step: string;
  readonly stepStarted: number;
  /** The last file that was made. */
  readonly file?: string;
}

/**
 * Packages that are done are counted by the marks that Buildroot leaves, so that those of an earlier run count,
 * too. Buildroot builds one package after the other.
 */
export function watchBuild(
  packages: readonly PackageInfo[],
  output: string,
  { noteworthyMs }: Pace = calmPace,
): BuildWatch {
  const marks = packages.flatMap(({ stamp_dir: folder }) =>
    folder === undefined ? [] : [join(output, folder, ".stamp_installed")],
  );
  const count = () => `${marks.filter((mark) => existsSync(mark)).length} of ${marks.length} packages`;
  let counted = count();
  let work: Work | undefined;

  const endOf = ({ name, started }: Work) => {
    const tookMs = performance.now() - started;
    if (name !== "" && tookMs >= noteworthyMs) note(`  ${name} ${seconds(tookMs)} (${counted})`);
  };

  return {
    onLine(line) {
      const now = performance.now();
      const message = readMessage(line);
      if (message === undefined) {
        const file = readMadeFile(line);
        if (work !== undefined && file !== undefined) work = { ...work, file };
        return;
      }
      counted = count();
      const goesOn = work?.name === message.name;
      if (work !== undefined && !goesOn) endOf(work);
      work = { ...message, started: goesOn && work !== undefined ? work.started : now, stepStarted: now };
    },

    activity() {
      if (work === undefined) return counted;
      const { name, step, stepStarted, file } = work;
      const what = name === "" ? step : `${name}: ${step}`;
      const lasting = `${what} for ${seconds(performance.now() - stepStarted)}`;
      return [counted, lasting, ...(file === undefined ? [] : [file])].join(", ");
    },
  };
}

/** `>>> NAME VERSION STEP`; name and version are empty where no package is concerned (Buildroot's MESSAGE). */
function readMessage(line: string): Pick<Work, "name" | "step"> | undefined {
  const match = /^>>> (\S*) (\S*) (.+)$/.exec(stripVTControlCharacters(line));
  if (match === null) return undefined;
  const [, name = "", version = "", step = ""] = match;
  return {
    name: `${name} ${version}`.trim(),
    step: step.trim().replace(/\S*\/\S+$/, (path) => basename(path)),
  };
}

/** As kbuild, automake, CMake and Meson print it (`  CC [M]  FILE.o`), or where a compiler is told to write it. */
function readMadeFile(line: string): string | undefined {
  return (
    /^(?: {2}[A-Z]|\[).* ([^ '"]+\.(?:o|lo|ko|dtb))$/.exec(line) ?? / -o ([^ '"]+\.l?o)(?: |$)/.exec(line)
  )?.[1];
}

const seconds = (ms: number): string => `${Math.floor(ms / 1000)} s`;
