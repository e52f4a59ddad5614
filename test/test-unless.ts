import test from "ava";

/**
 * What declares tests that want something of the machine: AVA's own function, or, where a reason says what is
 * missing, one that skips them. That `what` they are about wasn't tested is then said once.
 */
export function testUnless(missing: string | undefined, what: string): typeof test | typeof test.skip {
  if (missing === undefined) return test;
  process.stderr.write(`\nNOT TESTED: ${what}: ${missing}\n\n`);
  return test.skip;
}
