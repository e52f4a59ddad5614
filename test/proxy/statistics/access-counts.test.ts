import test from "ava";
import { AccessCounts } from "../../../proxy/src/statistics/access-counts.ts";
import { answered, samples } from "../log/records.ts";

test("each record is counted by what came of it", (t) => {
  const counts = new AccessCounts();
  for (const record of Object.values(samples)) counts.add(record);
  t.deepEqual(Object.fromEntries(counts.requests), {
    "allowed 2xx": 1,
    "allowed 4xx": 1,
    "allowed 5xx": 1,
    "allowed none": 1,
    "blocked 4xx": 1,
    "refused 4xx": 2,
  });
  t.deepEqual(Object.fromEntries(counts.connections), { allowed: 4, blocked: 1, refused: 1 });
  t.deepEqual(Object.fromEntries(counts.rules), { "allowed homework": 1, 'blocked games "at school"': 2 });
  t.deepEqual(Object.fromEntries(counts.refusals), { "bare-lf": 1, "forbidden-port": 1, "over-limit": 1 });
  t.deepEqual(Object.fromEntries(counts.failures), { reset: 1, idle: 1, refused: 1 });
});

test("there is an end to what is told apart", (t) => {
  const counts = new AccessCounts();
  for (let number = 0; number < 2000; number++) counts.add({ ...answered, rule: `rule ${number}` });
  t.is(counts.rules.size, 512);
});
