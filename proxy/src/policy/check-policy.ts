import {
  absolutePath,
  allOf,
  list,
  matching,
  object,
  oneOf,
  optional,
  record,
  type Check,
  type ConfigFault,
  type Of,
} from "../config-checks.ts";
import { isTimeZone } from "../local-time.ts";
import { parsePrefix } from "./client-addresses.ts";
import { ListParser } from "./list-parser.ts";
import { methodNames } from "./methods.ts";
import type { Group, List, PolicyConfig, Rule } from "./policy-config.ts";
import { parsePeriods } from "./schedules.ts";
import { TableBuilder } from "./table-builder.ts";

/** Groups, schedules and lists are bits of a signed word. */
const mostNames = 31;
const mostRules = 255;

const action = oneOf("allow", "block");
const name = matching(isName, "must be a name of letters, digits, dots, hyphens and underscores, at most 64");
const client = matching(
  (value) => parsePrefix(value) !== undefined,
  "must be an IP address or a prefix without bits beyond its length (example: 10.1.2.0/24)",
);
const mac = matching(
  (value) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value),
  "must be a MAC address (example: 02:00:00:00:00:01)",
);
const period = matching(
  (value) => parsePeriods(value) !== undefined,
  "must be days and times (examples: mon-fri 08:00-13:00, sat,sun 22:00-02:00, daily 07:00-07:30)",
);
const timeZone = matching(isTimeZone, "must be the name of a time zone (example: Europe/Berlin)");
const ruleName = matching(
  (value) => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u.test(value),
  "must be a name of 1 to 64 characters",
);
const line = matching((value) => !/[\r\n]/.test(value), "must be a line of text");

/** Says all that is wrong with a policy, as other parts of the configuration are checked. */
export const checkPolicyConfig: Check = allOf(
  object({
    default: action,
    timeZone,
    blockPageFile: optional(absolutePath),
    groups: record(
      isName,
      mostNames,
      object({ clients: list(client, 0), macs: list(mac, 0) } satisfies Of<Group>),
    ),
    schedules: record(isName, mostNames, list(period, 1)),
    lists: record(
      isName,
      mostNames,
      object({
        file: optional(absolutePath),
        format: oneOf("hosts", "domains", "urls", "patterns", "adblock", "auto"),
        entries: list(line, 0),
      } satisfies Of<List>),
    ),
    rules: list(
      object({
        name: ruleName,
        action,
        groups: list(name, 0),
        schedules: list(name, 0),
        lists: list(name, 0),
        methods: list(oneOf(...methodNames), 0),
      } satisfies Of<Rule>),
      0,
      mostRules,
    ),
  } satisfies Of<PolicyConfig>),
  wholeFaults,
);

function* wholeFaults(value: unknown, path: string): Generator<ConfigFault> {
  const policy = value as PolicyConfig;
  yield* entryFaults(policy.lists, (key) => `${path}/lists/${key}/entries`);
  yield* namesAreThere(policy, path);
}

/** Entries are read as lines of files are, but what a file may have and is skipped is wrong here. */
export function* entryFaults(
  lists: Readonly<Record<string, Pick<List, "format" | "entries">>>,
  pathOf: (key: string) => string,
): Generator<ConfigFault> {
  for (const [key, { format, entries }] of Object.entries(lists)) {
    const facts: string[] = [];
    const tally = { names: 0, texts: 0, patternsWithoutToken: 0 };
    const parser = new ListParser(new TableBuilder([0, 0]), 0, format, tally, (fact) => facts.push(fact));
    for (const [index, entry] of entries.entries()) {
      const bytes = Buffer.from(entry);
      parser.takeLine(bytes, 0, bytes.length);
      facts.push(...[...parser.skipped.keys()].map((why) => `${why}: nothing can be judged by that`));
      parser.skipped.clear();
      for (const fact of facts.splice(0)) yield { path: `${pathOf(key)}/${index}`, fact };
    }
  }
}

/** Rules may only name what there is. */
function* namesAreThere(policy: PolicyConfig, path: string): Generator<ConfigFault> {
  for (const [index, rule] of policy.rules.entries())
    for (const kind of ["groups", "schedules", "lists"] as const)
      for (const [at, each] of rule[kind].entries())
        if (!Object.hasOwn(policy[kind], each))
          yield {
            path: `${path}/rules/${index}/${kind}/${at}`,
            fact: `there is no ${each} in ${path}/${kind}`,
          };
}

function isName(text: string): boolean {
  return /^[\p{L}\p{N}._-]{1,64}$/u.test(text);
}
