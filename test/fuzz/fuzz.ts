import { keepFailing, readCorpus } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { shrink } from "./shrink.ts";
import type { Target } from "./targets.ts";
import type { Tried, Trier } from "./trier.ts";

/** What a run came to; it throws when an input fails. */
export interface Fuzzed {
  readonly tried: number;
  /** Inputs that ran code, or ran it so often, as none before; seeds and corpus among them. */
  readonly telling: readonly Buffer[];
}

const batch = 128;

/**
 * Tries what is kept of a target, and then changes of what has run new code, until `goesOn` is false. What fails is
 * made short, and kept.
 */
export async function fuzz(
  target: Target,
  seed: number,
  goesOn: (tried: number) => boolean,
): Promise<Fuzzed> {
  const random = new Random(seed);
  const telling: Buffer[] = [];
  const others = { words: target.words, other: () => random.pick(telling) };
  const trier = await target.open();
  let tried = 0;
  let inputs = [...target.seeds, ...readCorpus(target.name)];
  try {
    while (inputs.length > 0) {
      const results = await trier.tryAll(inputs);
      const failed = results.find(({ fault }) => fault !== undefined);
      if (failed !== undefined) throw await describeFailure(target, trier, failed);
      tried += results.length;
      telling.push(...results.filter(({ isNew, isOftener }) => isNew || isOftener).map(({ data }) => data));
      const next = () => mutate(pickTelling(telling, random), random, others, target.mutations);
      inputs = goesOn(tried) ? Array.from({ length: batch }, next) : [];
    }
  } finally {
    await trier.end();
  }
  return { tried, telling };
}

/** The newest ones oftener: they lead further. */
function pickTelling(telling: readonly Buffer[], random: Random): Buffer {
  return random.pick(random.below(2) === 0 ? telling : telling.slice(-20));
}

async function describeFailure(target: Target, trier: Trier, { data, fault }: Tried): Promise<Error> {
  const short = await shrink(data, async (input) => {
    const [tried] = await trier.tryAll([input]);
    return tried?.fault !== undefined;
  });
  return new Error(`${target.name}: ${keepFailing(target.name, short)} (shortened, and kept):\n${fault}`);
}
