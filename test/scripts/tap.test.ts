import test from "ava";
import { TapReader } from "../../scripts/tap.ts";

function read(text: string): TapReader {
  const reader = new TapReader();
  for (const line of text.split("\n")) reader.read(line);
  return reader;
}

test("passed, failed, skipped and to-do tests are told apart", (t) => {
  const tap = `TAP version 13
ok 1 - a › works
not ok 2 - a › fails
ok 3 - a › skipped # SKIP
not ok 4 - a › to do # TODO
1..4`;
  t.deepEqual(read(tap).tally(), { passed: 1, failed: 1, skipped: 2 });
});

test("what a test logs or reports is not counted, however it looks", (t) => {
  const tap = `ok 1 - a › logs
#   ok 7 - not a test
not ok 2 - a › fails
  ---
    message: 'ok 9'
  ...
1..2`;
  t.deepEqual(read(tap).tally(), { passed: 1, failed: 1, skipped: 0 });
});

test("a title that speaks of skipping is still a test that ran", (t) => {
  t.deepEqual(read("ok 1 - a › knows # SKIP lines when it sees them\n1..1").tally(), {
    passed: 1,
    failed: 0,
    skipped: 0,
  });
});

test("a stream that was cut off counts as a failure", (t) => {
  const reader = read("ok 1 - a › works");
  t.deepEqual(reader.tally(), { passed: 1, failed: 1, skipped: 0 });
  t.is(reader.failures, "the test runner ended without its closing line");
});

test("failures are shown with their details and without what passed", (t) => {
  const tap = `ok 1 - a › works
not ok 2 - a › fails
  ---
    message: why
  ...
ok 3 - a › works too
#   a log
1..3`;
  t.is(read(tap).failures, "not ok 2 - a › fails\n  ---\n    message: why\n  ...");
});
