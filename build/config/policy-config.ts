import type { List, PolicyConfig } from "../../proxy/src/policy/policy-config.ts";
import type { Policy } from "./site-schema.ts";

/** Where the proxy finds a site's files. */
export interface PolicyPaths {
  /** The folder of the set-up, or whatever else the names of files count from. */
  readonly setup: string;
  /** Where the router's own lists are. */
  readonly onRouter: string;
}

/** A site's policy in the proxy's words: what rules say of domains, URLs and patterns becomes lists of theirs. */
export function policyConfig(policy: Policy, paths: PolicyPaths): PolicyConfig {
  const { default: otherwise, timeZone, blockPage, groups, schedules, lists, rules } = policy;
  const implied = impliedLists(policy);
  return {
    default: otherwise,
    timeZone,
    ...(blockPage === undefined ? {} : { blockPageFile: `${paths.setup}/${blockPage}` }),
    groups: mapValues(groups, ({ clients, macs }) => ({
      clients,
      macs: macs.map((mac) => mac.toLowerCase()),
    })),
    schedules,
    lists: {
      ...mapValues(lists, ({ file, onRouter, format, entries }): List => ({
        ...(file === undefined ? {} : { file: `${paths.setup}/${file}` }),
        ...(onRouter === undefined ? {} : { file: `${paths.onRouter}/${onRouter}` }),
        format,
        entries,
      })),
      ...Object.fromEntries(implied.map(({ name, format, entries }) => [name, { format, entries }])),
    },
    rules: rules.map(({ name, action, ...rule }, index) => ({
      name,
      action,
      groups: rule.groups,
      schedules: rule.schedules,
      lists: [...rule.lists, ...implied.filter((list) => list.rule === index).map((list) => list.name)],
      methods: rule.methods,
    })),
  };
}

/** A list that a rule has without naming one. */
export interface ImpliedList {
  /** No list of a site's can be called that. */
  readonly name: string;
  /** Its index. */
  readonly rule: number;
  readonly format: (typeof ownFormats)[number];
  readonly entries: readonly string[];
}

const ownFormats = ["domains", "urls", "patterns"] as const;

/** The lists that rules have of their own, each of one format. */
export const impliedLists = ({ rules }: Policy): readonly ImpliedList[] =>
  rules.flatMap((rule, index) =>
    ownFormats
      .filter((format) => rule[format].length > 0)
      .map((format) => ({ name: `_rule-${index}-${format}`, rule: index, format, entries: rule[format] })),
  );

const mapValues = <From, To>(values: Readonly<Record<string, From>>, change: (value: From) => To) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
