import { NativeJudge } from "../proxy/twins/native-judge.ts";
import { judgeInTypeScript } from "../proxy/twins/typescript-judge.ts";
import { keepFailing, readCorpus } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { shrink } from "./shrink.ts";
import type { Target } from "./targets.ts";

/** What a run came to; it throws when the twins differ, or one of them breaks. */
export interface Fuzzed {
  readonly tried: number;
  /** Inputs that ran code, or ran it so often, as none before; seeds and corpus among them. */
  readonly telling: readonly Buffer[];
}

interface Tried {
  readonly data: Buffer;
  /** How much code ran that hadn't before. */
  readonly isNew: boolean;
  readonly fault: string | undefined;
}

const batch = 128;

/**
 * Feeds a parser and its twin what is kept, and then changes of what has run new code, until `goesOn` is false.
 * Both must say the same, and the C must be clean under the sanitizers. What fails is made short, and kept.
 */
export async function fuzz(
  target: Target,
  seed: number,
  goesOn: (tried: number) => boolean,
): Promise<Fuzzed> {
  const random = new Random(seed);
  const telling: Buffer[] = [];
  const others = { words: target.words, other: () => random.pick(telling) };
  const native = await NativeJudge.start(true);
  let tried = 0;
  let inputs = [...target.seeds, ...readCorpus(target.name)];
  try {
    while (inputs.length > 0) {
      const results = await Promise.all(inputs.map((data) => tryInput(target, native, data)));
      const failed = results.find(({ fault }) => fault !== undefined);
      if (failed !== undefined) throw await describeFailure(target, failed);
      tried += results.length;
      telling.push(...results.filter(({ isNew }) => isNew).map(({ data }) => data));
      const next = () => mutate(pickTelling(telling, random), random, others, target.mutations);
      inputs = goesOn(tried) ? Array.from({ length: batch }, next) : [];
    }
  } finally {
    await native.end();
  }
  return { tried, telling };
}

/** The newest ones oftener: they lead further. */
function pickTelling(telling: readonly Buffer[], random: Random): Buffer {
  return random.pick(random.below(2) === 0 ? telling : telling.slice(-20));
}

async function tryInput(target: Target, native: NativeJudge, data: Buffer): Promise<Tried> {
  const cases = target.casesOf(data);
  const natives = await Promise.all(cases.map((bytes) => native.ask(bytes).catch((error: Error) => error)));
  const broken = natives.find((said) => said instanceof Error);
  if (broken instanceof Error) return { data, isNew: false, fault: broken.message };
  const lines = natives.map((said) => String(said).split("\t"));
  const isNew = lines.some(([, , oftener]) => oftener !== "0");
  const pairs = cases.map((bytes, index) => [lines[index]?.[0], sayInTypeScript(bytes)] as const);
  const differing = pairs.find(([c, typescript]) => c !== typescript || c?.includes("; but"));
  const pieces = new Set(pairs.map(([c]) => c));
  if (differing !== undefined)
    return { data, isNew, fault: `C: ${differing[0]}\nTypeScript: ${differing[1]}` };
  if (target.comesInPieces && pieces.size > 1)
    return { data, isNew, fault: `in pieces it is something else: ${[...pieces].join(" / ")}` };
  return { data, isNew, fault: undefined };
}

function sayInTypeScript(bytes: Parameters<typeof judgeInTypeScript>[0]): string {
  try {
    return judgeInTypeScript(bytes);
  } catch (error) {
    return String(error instanceof Error ? error.stack : error);
  }
}

async function describeFailure(target: Target, { data, fault }: Tried): Promise<Error> {
  let native = await NativeJudge.start();
  const short = await shrink(data, async (input) => {
    if (native.hasEnded) native = await NativeJudge.start();
    return (await tryInput(target, native, input)).fault !== undefined;
  });
  await native.end();
  return new Error(`${target.name}: ${keepFailing(target.name, short)} (shortened, and kept):\n${fault}`);
}
