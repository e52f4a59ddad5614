import { readFileSync } from "node:fs";
import type { Question } from "../../proxy/src/policy/judge.ts";

export interface QuestionSet {
  readonly name: string;
  /** Of a list with a domain a line. */
  readonly questions: (listFile: string) => readonly Omit<Question, "groups">[];
}

const asked = 20_000;

/** All over the table, so that the processor's cache is of as little help as with people's requests. */
export const questionSets: readonly QuestionSet[] = [
  { name: "a listed domain", questions: (file) => some(file, (domain) => domain) },
  { name: "a host below a listed domain", questions: (file) => some(file, (domain) => `www.${domain}`) },
  { name: "a host that isn't listed", questions: (file) => some(file, (domain) => `www.not-${domain}`) },
  {
    name: "a name of 12 labels that isn't listed",
    questions: (file) => some(file, (domain) => `a.bc.def.g.hi.jkl.m.no.pqr.not-${domain}`),
  },
];

function some(file: string, hostOf: (domain: string) => string): Omit<Question, "groups">[] {
  const domains = readFileSync(file, "latin1").trimEnd().split("\n");
  const step = Math.max(1, Math.floor(domains.length / asked));
  return Array.from({ length: Math.min(asked, domains.length) }, (_, index) => {
    // neighbours of the list aren't asked for one after the other
    const domain = domains[((index * 7919) % asked) * step] ?? "";
    // as from a connection: a string of its own, not a part of the file's
    const host = Buffer.from(hostOf(domain)).toString("latin1");
    return { method: undefined, host, port: 443, path: undefined };
  });
}
