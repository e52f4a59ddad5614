import { parseArgs } from "node:util";
import { InputError, type Fault } from "../../build/core/faults.ts";
import { figures, type Figure } from "./figures.ts";
import type { Job } from "./job.ts";
import { peers } from "./peers/peers.ts";

export type Options = Omit<Job, "folder">;

const ids = peers.map(({ id }) => id);

export const usage = `npm run bench:proxy -- [options]

  --rows A,B       only these rows: ${ids.join(", ")}
  --figures A,B    only these figures: ${figures.join(", ")}
  --quick          two rounds of 2 s instead of five of 6 s
  --check          only see that each row filters
  --profile ROW    show which system calls a row spends its time on, by strace, instead of measuring it
`;

/** Throws an InputError that has all that is wrong. */
export function parseOptions(argv: readonly string[]): Options | "help" {
  const { values } = parseStrictly(argv);
  if (values.help === true) return "help";
  const faults: Fault[] = [];
  const choose = <Id extends string>(
    option: string,
    text: string | undefined,
    known: readonly Id[],
  ): Id[] => {
    if (text === undefined) return [...known];
    const words = text.split(",");
    for (const word of words.filter((each) => !known.some((id) => id === each))) {
      faults.push({ file: option, path: "", fact: `there is no ${word}`, hint: known.join(", ") });
    }
    return known.filter((id) => words.includes(id));
  };
  const { profile } = values;
  const rows = choose(profile === undefined ? "--rows" : "--profile", profile ?? values.rows, ids);
  const wanted: Figure[] = choose("--figures", values.figures, figures);
  if (faults.length > 0) throw new InputError(faults);
  return {
    peers: rows,
    figures: values.check === true ? [] : wanted,
    ...(values.quick === true ? { rounds: 2, seconds: 2 } : { rounds: 5, seconds: 6 }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function parseStrictly(argv: readonly string[]) {
  const flag = { type: "boolean" } as const;
  const text = { type: "string" } as const;
  const options = { rows: text, figures: text, profile: text, quick: flag, check: flag, help: flag };
  try {
    return parseArgs({ args: [...argv], options });
  } catch (error) {
    const fact = error instanceof Error ? error.message : String(error);
    throw new InputError([{ file: "bench:proxy", path: "", fact, hint: "--help says what there is" }]);
  }
}
