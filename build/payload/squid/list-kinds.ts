import type { ListFormat } from "../../../proxy/src/policy/policy-config.ts";

/**
 * What a list's entries are for squid, each a file of its own: names of hosts and domains; beginnings of URLs;
 * patterns for URLs, and those of them that a host's name alone can fit; and the same of exceptions.
 */
export type ListKind =
  | "names"
  | "urls"
  | "patterns"
  | "hostPatterns"
  | "exceptedNames"
  | "exceptedPatterns"
  | "exceptedHostPatterns";

const adblock: readonly ListKind[] = [
  "names",
  "patterns",
  "hostPatterns",
  "exceptedNames",
  "exceptedPatterns",
  "exceptedHostPatterns",
];

const byFormat: Readonly<Record<ListFormat, readonly ListKind[]>> = {
  hosts: ["names"],
  domains: ["names"],
  // with another port than 80 they are patterns
  urls: ["names", "urls", "patterns"],
  patterns: adblock,
  adblock,
  auto: ["names", "urls", ...adblock.slice(1)],
};

/** What there can be in a list of that format. */
export const kindsOf = (format: ListFormat): readonly ListKind[] => byFormat[format];

/** Where the lists are as squid reads them, and the pages of what is blocked: in the proxy's own folder. */
export const squidFolder = "/run/halfbridge/proxy/squid";

/** The name of a list's file of a kind there; lists count from 1. */
export const listFile = (number: number, kind: ListKind): string => `${number}.${kind}`;

/** The name of a rule's page there; 0 is the one of what no rule fits. */
export const pageFile = (number: number): string => `rule-${number}`;
