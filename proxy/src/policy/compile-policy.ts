import { closeSync, openSync, readSync } from "node:fs";
import type { SkippedRule } from "./adblock.ts";
import { addressRanges, macRanges } from "./client-groups.ts";
import { ListParser, type ListSink, type Tally } from "./list-parser.ts";
import { methodBit } from "./methods.ts";
import type { PolicyConfig } from "./policy-config.ts";
import { Problems, type Problem } from "./problems.ts";
import { mostLineBytes, readLines } from "./read-lines.ts";
import { TableBuilder } from "./table-builder.ts";

/** A policy that can be judged by. It is whole if it has no problems; without their lines it is what it could be. */
export interface CompiledPolicy {
  readonly table: ArrayBuffer;
  /** In the order of the table's rules. */
  readonly ruleNames: readonly string[];
  readonly lists: readonly CompiledList[];
  /** The first of them... */
  readonly problems: readonly Problem[];
  /** ...and how many there are besides. */
  readonly moreProblems: number;
}

export interface CompiledList {
  readonly name: string;
  /** Domains and hosts, as often as they come. */
  readonly names: number;
  /** Patterns and URLs. */
  readonly texts: number;
  /** Adblock rules that can't be judged by a URL. */
  readonly skipped: ReadonlyMap<SkippedRule, number>;
  /** Its file isn't there. */
  readonly isMissing: boolean;
}

/**
 * Reads a policy's lists and compiles all to one table. Takes a second or two for a million domains, in turns of
 * some milliseconds. Throws only what is nobody's fault, such as a lack of memory.
 */
export async function compilePolicy(
  config: PolicyConfig,
  seeds: readonly [number, number] = randomSeeds(),
): Promise<CompiledPolicy> {
  const builder = new TableBuilder(seeds);
  const problems = new Problems();
  const tally: Tally = { names: 0, texts: 0, patternsWithoutToken: 0 };
  const lists: CompiledList[] = [];
  for (const [index, name] of Object.keys(config.lists).entries())
    lists.push(await readList(config, name, index, builder, tally, problems));
  const groups = Object.values(config.groups);
  const table = await builder.build({
    blocksByDefault: config.default === "block",
    ranges: addressRanges(groups),
    macs: macRanges(groups),
    rules: ruleWords(config),
  });
  return {
    table,
    ruleNames: config.rules.map(({ name }) => name),
    lists,
    problems: problems.first,
    moreProblems: problems.more,
  };
}

/** Reads a list's entries and its file; `index` is the number of its bit. */
export async function readList(
  config: Pick<PolicyConfig, "lists">,
  name: string,
  index: number,
  builder: ListSink,
  tally: Tally,
  problems: Problems,
): Promise<CompiledList> {
  const { file, format, entries } = config.lists[name] ?? { format: "auto", entries: [] };
  const before = { ...tally };
  let where = `/policy/lists/${name}/entries`;
  let line = 0;
  const parser = new ListParser(builder, index, format, tally, (fact) => problems.add({ where, line, fact }));
  for (const entry of entries) {
    const bytes = Buffer.from(entry);
    line++;
    parser.takeLine(bytes, 0, bytes.length);
  }

  let isMissing = false;
  if (file !== undefined) {
    where = file;
    try {
      await readLines(
        file,
        (bytes, start, end, number) => {
          line = number;
          parser.takeLine(bytes, start, end);
        },
        (number) => problems.add({ where, line: number, fact: `is longer than ${mostLineBytes} bytes` }),
      );
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      isMissing = error.code === "ENOENT";
      if (!isMissing) problems.add({ where, line: undefined, fact: `can't be read: ${String(error.code)}` });
    }
  }
  return {
    name,
    names: tally.names - before.names,
    texts: tally.texts - before.texts,
    skipped: parser.skipped,
    isMissing,
  };
}

/** Rules as the table has them. */
function ruleWords(config: PolicyConfig): number[][] {
  const bits = (all: Readonly<Record<string, unknown>>, named: readonly string[]): number => {
    const names = Object.keys(all);
    return named.reduce((mask, name) => mask | (1 << names.indexOf(name)), 0);
  };
  return config.rules.map(({ groups, schedules, lists, methods, action }) => [
    bits(config.groups, groups),
    bits(config.schedules, schedules),
    bits(config.lists, lists),
    methods.reduce((mask, method) => mask | methodBit(method), 0),
    action === "block" ? 1 : 0,
  ]);
}

/** From the kernel: to load node:crypto takes an emulated router a tenth of a second. */
function randomSeeds(): [number, number] {
  const seeds = new Uint32Array(2);
  const device = openSync("/dev/urandom", "r");
  readSync(device, seeds);
  closeSync(device);
  const [a = 0, b = 0] = seeds;
  return [a, b];
}
