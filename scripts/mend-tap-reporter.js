import { createRequire } from "node:module";

/**
 * Mends two faults of AVA 8's TAP reporter, which end a whole run, so that nobody learns which test failed: an
 * error without any line in its stack, as rm and fetch throw (supertap 3.0.1 has js-yaml write `at: undefined`,
 * which it refuses), and a test that doesn't end (the reporter takes its own error for one that a worker sent).
 */
export async function mendTapReporter() {
  const yaml = createRequire(import.meta.resolve("supertap"))("js-yaml");
  const { safeDump } = yaml;
  yaml.safeDump = (value, options) => safeDump(value, { ...options, skipInvalid: true });

  const reporter = import.meta.resolve("../node_modules/ava/lib/reporters/tap.js");
  const { prototype } = (await import(reporter)).default;
  const { writeTest } = prototype;
  prototype.writeTest = function (event, flags) {
    const { err } = event;
    const { name, message, stack } = err ?? {};
    const sent = { type: "native", name, message, stack, originalError: err };
    writeTest.call(this, err instanceof Error ? { ...event, err: sent } : event, flags);
  };
}
