import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { nearestTo } from "../../config/suggest.ts";
import { InputError, type Fault } from "../../core/faults.ts";
import type { ImageBuilder } from "./imagebuilder.ts";

/**
 * Why an ImageBuilder's package manager installs nothing, by what it said: packages that it doesn't know, each with the
 * near one; feeds that it couldn't fetch; or what else it complains of.
 */
export async function refusedPackages(builder: ImageBuilder, output: string): Promise<InputError> {
  const { shown } = builder;
  const names = unknownPackages(output);
  const others = otherComplaints(output);
  const feeds = lostFeeds(output);
  const blame = (fact: string, hint?: string): Fault => ({
    ...{ file: shown, path: "", fact },
    ...(hint === undefined ? {} : { hint }),
  });
  if (names.length === 0 || others.length > 0) {
    const said = others.length > 0 ? others : output.trim().split("\n").slice(-8);
    return new InputError([
      blame(["can't install what is asked for:", ...said.map((line) => `  | ${line}`)].join("\n")),
    ]);
  }
  const [feed, ...moreFeeds] = feeds;
  if (feed !== undefined) {
    const more = moreFeeds.length === 0 ? "" : ` and ${moreFeeds.length} more`;
    const fact = `couldn't fetch ${feed}${more}, and doesn't know ${names.join(", ")}`;
    return new InputError([blame(fact, "it takes packages from there: see to this machine's network")]);
  }
  const known = await knownPackages(builder.directory);
  return new InputError(names.map((name) => blame(`has no package ${name}`, hintFor(name, known))));
}

function hintFor(name: string, known: readonly string[]): string {
  const near = nearestTo(name, known);
  return near === undefined || near === name ? "it is in none of its feeds" : `did you mean ${near}?`;
}

/** Packages that a package manager says it doesn't know (opkg, apk-tools 3). */
function unknownPackages(output: string): string[] {
  const opkg = [...output.matchAll(/(?:Unknown package|Cannot install package) '?([\w.+-]+?)'?\.?$/gm)];
  const apk = [...output.matchAll(/^ +([\w.+-]+) \(no such package\):/gm)];
  return [...new Set([...opkg, ...apk].map(([, name = ""]) => name))];
}

/** What opkg collects as errors besides: it says `Cannot install package` of one that it knows, too. */
function otherComplaints(output: string): string[] {
  const collected = [...output.matchAll(/^ \* (?!opkg_install_cmd: |opkg_download: )(.+)$/gm)];
  return collected.map(([, said = ""]) => said.trimEnd());
}

/** Lists of packages that it couldn't fetch, and why (libopkg/opkg_download.c; apk-tools' src/database.c). */
function lostFeeds(output: string): string[] {
  const opkg = [...output.matchAll(/opkg_download: Failed to download (\S+), (wget returned \d+)/g)];
  const apk = [
    ...output.matchAll(
      /^(?:WARNING|ERROR): (?:updating and opening|opening from cache|fetching|opening) (\S+): (.+)$/gm,
    ),
  ];
  return [...opkg, ...apk].map(([, where = "", why = ""]) => `${where} (${why})`);
}

/** What comes with it, and what the tree knows that it was made from. */
async function knownPackages(directory: string): Promise<string[]> {
  const local = await readdir(join(directory, "packages")).catch(() => []);
  const tree = await readFile(join(directory, ".packageinfo"), "utf8").catch(() => "");
  return [
    ...local.flatMap((file) => /^([\w.+-]+?)[_-]\d/.exec(file)?.[1] ?? []),
    ...[...tree.matchAll(/^Package: (\S+)$/gm)].map(([, name = ""]) => name),
  ];
}
