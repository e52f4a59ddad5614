import { PassThrough } from "node:stream";
import test from "ava";

// neither has types
const { mendTapReporter } = await import(import.meta.resolve("../../scripts/mend-tap-reporter.js"));
const { default: TapReporter } = await import(
  import.meta.resolve("../../node_modules/ava/lib/reporters/tap.js")
);

/** What AVA's reporter writes of tests that failed in ways that it can't tell by itself. */
function written(): string {
  const stream = new PassThrough();
  const reporter = new TapReporter({ extensions: ["ts"], projectDir: "/", reportStream: stream });
  const frameless = new Error("ENOTEMPTY");
  frameless.stack = "Error: ENOTEMPTY";
  const sent = { type: "native", name: "Error", message: frameless.message, originalError: frameless };
  reporter.writeTest({ title: "removes", testFile: "/a.ts", err: sent }, { passed: false });
  reporter.writeTimeout({ period: 5, pendingTests: new Map([["/a.ts", new Set(["never ends"])]]) });
  return String(stream.read());
}

test("a test that fails without a stack, and one that doesn't end, are named", async (t) => {
  t.throws(written, { any: true }, "AVA tells them by itself: scripts/mend-tap-reporter.js can go");
  await mendTapReporter();
  const tap = written();
  t.regex(tap, /^not ok 1 - removes\n  ---\n[^]*?message: ENOTEMPTY\n/m);
  t.regex(tap, /^not ok 2 - never ends\n  ---\n[^]*?message: Exited because no new tests completed/m);
});
