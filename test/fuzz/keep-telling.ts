import { NativeJudge } from "../proxy/twins/native-judge.ts";
import { readCorpus, writeCorpus } from "./corpus.ts";
import type { Target } from "./targets.ts";

/** Makes the corpus the shortest of these inputs, and of those before, that run all code that any of them runs. */
export async function keepTelling(target: Target, telling: readonly Buffer[]): Promise<number> {
  const native = await NativeJudge.start(true);
  const kept: Buffer[] = [];
  try {
    const runsMore = async (data: Buffer): Promise<boolean> => {
      const lines = await Promise.all(target.casesOf(data).map((bytes) => native.ask(bytes)));
      return lines.some((line) => line.split("\t")[1] !== "0");
    };
    // They needn't be kept again.
    for (const seed of target.seeds) await runsMore(seed);
    const candidates = [...readCorpus(target.name), ...telling].filter(({ length }) => length > 0);
    for (const data of candidates.sort((a, b) => a.length - b.length)) {
      if (await runsMore(data)) kept.push(data);
    }
  } finally {
    await native.end();
  }
  writeCorpus(target.name, kept);
  return kept.length;
}
