import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Blame } from "./blame.ts";
import { digestText, type TextDigest } from "./digest-text.ts";
import { nameOf } from "./document.ts";
import type { Site } from "./site-schema.ts";

/** A file that a site names, as it comes into a set-up. */
export interface PlannedFile extends TextDigest {
  /** Its path in the set-up's folder. */
  readonly name: string;
}

export interface NamedFile extends PlannedFile {
  /** Where it is now: an absolute path. */
  readonly source: string;
}

/** Where the site names a file, what it names, and what becomes of it. */
interface Mention {
  readonly path: string;
  readonly written: string;
  readonly name: string;
  readonly mostBytes: number;
}

const blockPageName = "block-page.html";

/** A million domains are some 25 MB. */
const mostListBytes = 64 * 1024 * 1024;
/** It is kept in memory, and sent at once. */
const mostPageBytes = 16 * 1024;

/** What a list's file is called in a set-up's folder. */
export const siteListName = (list: string): string => `lists/${list}`;

/** Looks at every file that a site names; `folder` is the site's own. What can't be used is blamed, and left out. */
export async function findSiteFiles(site: Site, folder: string, blame: Blame): Promise<NamedFile[]> {
  const found: NamedFile[] = [];
  for (const mention of mentionsOf(site)) {
    const source = resolve(folder, mention.written);
    const digest = await digestFile(source, mention, blame);
    if (digest === undefined) continue;
    if (mention.name === blockPageName) checkPlaces(mention.path, await readFile(source, "utf8"), blame);
    found.push({ name: mention.name, ...digest, source });
  }
  return found;
}

/** The site with its files called what they are called in a set-up's folder. */
export function placeSiteFiles(site: Site): Site {
  const { blockPage, lists } = site.policy;
  const placed = Object.entries(lists).map(([name, list]) => [
    name,
    list.file === undefined ? list : { ...list, file: siteListName(name) },
  ]);
  return {
    ...site,
    policy: {
      ...site.policy,
      ...(blockPage === undefined ? {} : { blockPage: blockPageName }),
      lists: Object.fromEntries(placed),
    },
  };
}

/** What a site's files are called in a set-up's folder. */
export const siteFileNames = (site: Site): string[] => mentionsOf(site).map(({ name }) => name);

function mentionsOf({ policy: { blockPage, lists } }: Site): Mention[] {
  const page =
    blockPage === undefined
      ? []
      : [{ path: "/policy/blockPage", written: blockPage, name: blockPageName, mostBytes: mostPageBytes }];
  return [
    ...page,
    ...Object.entries(lists).flatMap(([list, { file }]) => {
      const path = `/policy/lists/${list}/file`;
      return file === undefined
        ? []
        : [{ path, written: file, name: siteListName(list), mostBytes: mostListBytes }];
    }),
  ];
}

async function digestFile(
  file: string,
  { path, mostBytes }: Mention,
  blame: Blame,
): Promise<TextDigest | undefined> {
  const shown = nameOf(file);
  try {
    const stats = await stat(file);
    if (!stats.isFile()) {
      blame(
        path,
        `is ${stats.isDirectory() ? "a folder" : "no ordinary file"}: ${shown}`,
        "name a file of text",
      );
    } else if (stats.size > mostBytes) {
      blame(path, `has ${stats.size} bytes: ${shown}`, `at most ${mostBytes}`);
    } else {
      const digest = await digestText(file);
      if (digest !== undefined) return digest;
      blame(path, `is not UTF-8: ${shown}`, `convert it: iconv -f latin1 -t utf8`);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fact = code === "ENOENT" ? `no such file: ${shown}` : `can't be read (${code}): ${shown}`;
    blame(path, fact, "paths begin at the site file's folder");
  }
  return undefined;
}

/** A misspelt place would be shown as it is. */
function checkPlaces(path: string, page: string, blame: Blame): void {
  for (const [place, name = ""] of page.matchAll(/\{\{ *(\w*) *\}\}/g)) {
    if (name !== "rule" && name !== "time")
      blame(path, `has ${place}, which isn't filled in`, "there are {{rule}} and {{time}}");
  }
}
