import { entryFaults } from "../../proxy/src/policy/check-policy.ts";
import { readList } from "../../proxy/src/policy/compile-policy.ts";
import type { ListSink } from "../../proxy/src/policy/list-parser.ts";
import { Problems } from "../../proxy/src/policy/problems.ts";
import type { Fault } from "../core/faults.ts";
import { nameOf } from "./document.ts";
import { impliedLists } from "./policy-config.ts";
import { siteListName, type NamedFile } from "./site-files.ts";
import type { Policy } from "./site-schema.ts";

/** What a list's file comes to on the router. */
export interface ListContent {
  readonly list: string;
  /** Domains and hosts, as often as they come. */
  readonly names: number;
  readonly patternsAndUrls: number;
  /** Lines of Adblock lists that can't be judged by: how many, by why. */
  readonly skipped: Readonly<Record<string, number>>;
}

/**
 * Reads the lists as the router will, and gives every line that it can't: of a list's file by the file's name and
 * line, of a list in the site (`shown`) by its place there. Whatever else is at fault makes no difference.
 */
export async function checkLists(
  policy: Policy,
  files: readonly NamedFile[],
  shown: string,
): Promise<{ faults: Fault[]; contents: ListContent[] }> {
  const faults = entryFaultsOf(policy).map((fault) => ({ file: shown, ...fault }));
  const problems = new Problems();
  const contents: ListContent[] = [];
  const tally = { names: 0, texts: 0, patternsWithoutToken: 0 };
  for (const [list, { format }] of Object.entries(policy.lists)) {
    const file = files.find(({ name }) => name === siteListName(list))?.source;
    if (file === undefined) continue;
    const lists = { [list]: { file, format, entries: [] } };
    const { names, texts, skipped } = await readList({ lists }, list, 0, nowhere, tally, problems);
    contents.push({ list, names, patternsAndUrls: texts, skipped: Object.fromEntries(skipped) });
  }
  for (const { where, line, fact } of problems.first)
    faults.push({ file: `${nameOf(where)}${line === undefined ? "" : `:${line}`}`, path: "", fact });
  if (problems.more > 0)
    faults.push({ file: shown, path: "/policy/lists", fact: `has ${problems.more} more lines at fault` });
  return { faults, contents };
}

/** Of entries of lists, and of rules. */
function entryFaultsOf(policy: Policy): { path: string; fact: string }[] {
  const own = impliedLists(policy).map((list) => ({
    ...list,
    path: `/policy/rules/${list.rule}/${list.format}`,
  }));
  return [
    ...entryFaults(policy.lists, (list) => `/policy/lists/${list}/entries`),
    ...own.flatMap(({ path, ...list }) => [...entryFaults({ list }, () => path)]),
  ];
}

/** Where lines go that only have to be read. */
const nowhere: ListSink = {
  hash: { start() {}, add() {} },
  addName() {},
  addUrl() {},
  addPattern() {},
};
