import { readCorpus, writeCorpus } from "./corpus.ts";
import type { Target } from "./targets.ts";

/** Makes the corpus the shortest of these inputs, and of those before, that run all code that any of them runs. */
export async function keepTelling(target: Target, telling: readonly Buffer[]): Promise<number> {
  const trier = await target.open();
  const candidates = [...readCorpus(target.name), ...telling].filter(({ length }) => length > 0);
  const kept: Buffer[] = [];
  try {
    // They needn't be kept again.
    await trier.tryAll(target.seeds);
    for (const data of candidates.sort((a, b) => a.length - b.length)) {
      const [tried] = await trier.tryAll([data]);
      if (tried?.isNew === true) kept.push(data);
    }
  } finally {
    await trier.end();
  }
  writeCorpus(target.name, kept);
  return kept.length;
}
