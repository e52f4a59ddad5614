import type { Group, List, PolicyConfig, Rule } from "../../../proxy/src/policy/policy-config.ts";
import { kindsOf, listFile, pageFile, squidFolder, type ListKind } from "./list-kinds.ts";
import { printTimes } from "./squid-times.ts";

export interface PolicyOptions {
  /** Whether there are connections of which nothing but a name is known. */
  readonly judgesNames: boolean;
}

/**
 * A policy in squid's access lists: what a rule names are all of its conditions, and each of them is any of what
 * is named. Names of squid's are numbers, as a policy's may have any letters.
 */
export function printPolicy(policy: PolicyConfig, { judgesNames }: PolicyOptions): string[] {
  const groups = Object.entries(policy.groups);
  const schedules = Object.entries(policy.schedules);
  const lists = Object.entries(policy.lists);
  const numbers: Numbers = {
    groups: groups.map(([name]) => name),
    schedules: schedules.map(([name]) => name),
    lists: lists.map(([name]) => name),
  };
  return [
    ...(blocksAnything(policy) ? [`error_directory ${squidFolder}`] : []),
    ...groups.flatMap(([name, group], index) => printGroup(name, group, `group_${index + 1}`)),
    `eui_lookup ${groups.some(([, { macs }]) => macs.length > 0) ? "on" : "off"}`,
    ...schedules.flatMap(([name, texts], index) => [
      `# schedule ${name}`,
      ...printTimes(texts).map((times) => `acl schedule_${index + 1} time ${times}`),
    ]),
    ...lists.flatMap(([name, list], index) => printList(name, list, index + 1, judgesNames)),
    ...policy.rules.flatMap((rule, index) => printRule(rule, index + 1, numbers, judgesNames)),
    "# what no rule fits",
    ...(policy.default === "block" ? [`deny_info 403:${pageFile(0)} all`] : []),
    `http_access ${policy.default === "allow" ? "allow" : "deny"} all`,
    ...(judgesNames ? [`ssl_bump ${policy.default === "allow" ? "splice" : "terminate"} all`] : []),
  ];
}

/** Then there are pages for what is blocked. */
export const blocksAnything = ({ default: otherwise, rules }: PolicyConfig): boolean =>
  otherwise === "block" || rules.some(({ action }) => action === "block");

interface Numbers {
  readonly groups: readonly string[];
  readonly schedules: readonly string[];
  readonly lists: readonly string[];
}

function printGroup(name: string, { clients, macs }: Group, acl: string): string[] {
  const members = [
    ...(clients.length > 0 ? [{ name: `${acl}_addresses`, is: `src ${clients.join(" ")}` }] : []),
    ...(macs.length > 0 ? [{ name: `${acl}_macs`, is: `arp ${macs.join(" ")}` }] : []),
  ];
  return [
    `# group ${name}`,
    ...members.map((member) => `acl ${member.name} ${member.is}`),
    anyOf(
      acl,
      members.map((member) => member.name),
    ),
  ];
}

/** A list has what an entry fits, unless one fits that is an exception. */
function printList(name: string, list: List, number: number, judgesNames: boolean): string[] {
  const print = (acl: string, types: Readonly<Partial<Record<ListKind, string>>>): string[] => {
    const kinds = kindsOf(list.format).filter((kind) => types[kind] !== undefined);
    const named = (some: readonly ListKind[]) => some.map((kind) => `${acl}_${kind}`);
    const excepted = kinds.filter((kind) => kind.startsWith("excepted"));
    const has = kinds.filter((kind) => !excepted.includes(kind));
    return [
      ...kinds.map((kind) => `acl ${acl}_${kind} ${types[kind]} "${squidFolder}/${listFile(number, kind)}"`),
      ...(excepted.length === 0
        ? [anyOf(acl, named(has))]
        : [
            anyOf(`${acl}_has`, named(has)),
            anyOf(`${acl}_excepted`, named(excepted)),
            `acl ${acl} all-of ${acl}_has !${acl}_excepted`,
          ]),
    ];
  };
  return [
    `# list ${name}`,
    ...print(`list_${number}`, byUrl),
    ...(judgesNames ? print(`list_${number}_name`, byName) : []),
  ];
}

/** What an entry is held against. -n: an address stands for itself, nobody is asked for its name. */
const byUrl: Readonly<Partial<Record<ListKind, string>>> = {
  names: "dstdomain -n",
  urls: "url_regex",
  patterns: "url_regex -i",
  exceptedNames: "dstdomain -n",
  exceptedPatterns: "url_regex -i",
};

/** Of TLS there is a name, and nothing else. */
const byName: Readonly<Partial<Record<ListKind, string>>> = {
  names: "ssl::server_name",
  hostPatterns: "ssl::server_name_regex -i",
  exceptedNames: "ssl::server_name",
  exceptedHostPatterns: "ssl::server_name_regex -i",
};

/** A rule's conditions have to fit all; a TLS connection has no method. */
function printRule(rule: Rule, number: number, numbers: Numbers, judgesNames: boolean): string[] {
  const acl = `rule_${number}`;
  const of = (kind: keyof Numbers, suffix = ""): Condition[] => {
    const name = `${acl}_${kind}${suffix}`;
    const others = rule[kind].map(
      (each) => `${kind.slice(0, -1)}_${numbers[kind].indexOf(each) + 1}${suffix}`,
    );
    return others.length === 0 ? [] : [{ name, line: anyOf(name, others) }];
  };
  const [who, what] = [[...of("groups"), ...of("schedules")], of("lists")];
  const methods =
    rule.methods.length === 0
      ? []
      : [{ name: `${acl}_methods`, line: `acl ${acl}_methods method ${rule.methods.join(" ")}` }];
  const seesNames = judgesNames && methods.length === 0;
  const named = seesNames ? of("lists", "_name") : [];
  const print = (directive: string, conditions: readonly Condition[]): string =>
    [directive, ...conditions.map(({ name }) => name), acl].join(" ");
  const [http, tls] = rule.action === "allow" ? ["allow", "splice"] : ["deny", "terminate"];
  return [
    `# rule ${rule.name}`,
    ...[...who, ...methods, ...what, ...named].map(({ line }) => line),
    // the last that fitted says which page a client gets
    `acl ${acl} src all`,
    ...(rule.action === "block" ? [`deny_info 403:${pageFile(number)} ${acl}`] : []),
    print(`http_access ${http}`, [...who, ...methods, ...what]),
    ...(seesNames ? [print(`ssl_bump ${tls}`, [...who, ...named])] : []),
  ];
}

interface Condition {
  readonly name: string;
  readonly line: string;
}

/** An access list that is any of others. */
const anyOf = (acl: string, others: readonly string[]): string => `acl ${acl} any-of ${others.join(" ")}`;
