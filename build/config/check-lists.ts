import { compilePolicy } from "../../proxy/src/policy/compile-policy.ts";
import type { List } from "../../proxy/src/policy/policy-config.ts";
import type { Problem } from "../../proxy/src/policy/problems.ts";
import type { Fault } from "../core/faults.ts";
import { nameOf } from "./document.ts";
import { impliedLists } from "./policy-config.ts";
import { siteListName, type NamedFile } from "./site-files.ts";
import type { Site } from "./site-schema.ts";

/**
 * Compiles the lists as the router will, with all that is in their files, and gives every line that it can't
 * read: of a list's file by the file's name and line, of a list in the site (`shown`) by its place there. Whatever
 * else is at fault makes no difference.
 */
export async function checkListLines(
  { policy }: Site,
  files: readonly NamedFile[],
  shown: string,
): Promise<Fault[]> {
  const named = Object.entries(policy.lists).map(([name, { format, entries, file }]): [string, List] => {
    const found = file === undefined ? undefined : files.find((each) => each.name === siteListName(name));
    return [name, { format, entries, ...(found === undefined ? {} : { file: found.source }) }];
  });
  const implied = impliedLists(policy);
  const own = implied.map(({ name, format, entries }): [string, List] => [name, { format, entries }]);
  const { problems, moreProblems } = await compilePolicy({
    default: "allow",
    timeZone: "UTC",
    groups: {},
    schedules: {},
    lists: Object.fromEntries([...named, ...own]),
    rules: [],
  });
  const places = new Map([
    ...named.map(([name]) => [placeOf(name), placeOf(name)] as const),
    ...implied.map(({ name, rule, format }) => [placeOf(name), `/policy/rules/${rule}/${format}`] as const),
  ]);
  const faults = problems.map((problem) => faultOf(problem, places, shown));
  if (moreProblems === 0) return faults;
  return [...faults, { file: shown, path: "/policy", fact: `${moreProblems} more lines can't be read` }];
}

/** How the proxy calls the place of a list's entries. */
const placeOf = (list: string): string => `/policy/lists/${list}/entries`;

function faultOf({ where, line, fact }: Problem, places: ReadonlyMap<string, string>, shown: string): Fault {
  const place = places.get(where);
  if (place !== undefined) return { file: shown, path: `${place}/${(line ?? 1) - 1}`, fact };
  return { file: `${nameOf(where)}${line === undefined ? "" : `:${line}`}`, path: "", fact };
}
