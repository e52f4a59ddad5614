/** `npm run fuzz`: feeds the judging parsers and their twins for longer than the unit tests do. */
import { parseArgs } from "node:util";
import { fuzz } from "../test/fuzz/fuzz.ts";
import { keepTelling } from "../test/fuzz/keep-telling.ts";
import { targets } from "../test/fuzz/targets.ts";

const usage = `usage: npm run fuzz -- [--seconds N] [--seed N] [--keep] [TARGET…]

Feeds each target (${targets.map(({ name }) => name).join(", ")}; all when none is named) for so
many seconds (60). The parser in C, under AddressSanitizer and UBSan, and its twin in TypeScript must say the
same. An input that fails is shortened and kept in test/fuzz/corpus, where the unit tests try it first.

  --seed  makes the run the same again; by the clock when not given
  --keep  puts what ran new code into test/fuzz/corpus, as few and short inputs as do
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const unknown = positionals.filter((name) => !targets.some((target) => target.name === name));
if (values.help) process.stdout.write(usage);
else if (unknown.length > 0) {
  process.stderr.write(`no such target: ${unknown.join(", ")}\n\n${usage}`);
  process.exitCode = 1;
} else await fuzzEach();

async function fuzzEach(): Promise<void> {
  const named = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  for (const target of named) {
    const until = performance.now() + Number(values.seconds) * 1000;
    try {
      const { tried, telling } = await fuzz(target, Number(values.seed), () => performance.now() < until);
      const kept = values.keep ? `, ${await keepTelling(target, telling)} are kept` : "";
      process.stdout.write(
        `✓ ${target.name}: ${tried} inputs of seed ${values.seed}, ${telling.length} ran new code${kept}\n`,
      );
    } catch (error) {
      process.stdout.write(`✗ ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
