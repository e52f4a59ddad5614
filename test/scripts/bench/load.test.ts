import test from "ava";
import { parseLoaded } from "../../../scripts/bench/load.ts";
import { bulkMetrics, requestMetrics } from "../../../scripts/bench/samples.ts";

const said = `Running 6s test @ http://203.0.113.80/small
  2 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.30ms    2.56ms  58.72ms   96.02%
  200000 requests in 5.00s, 240.33MB read
Requests/sec:  40000.00

{"requests":200000,"durationUs":5000000,"p50Us":1250,"p99Us":23060,"failed":0}
`;

test("wrk's report is found behind what it says for people", (t) => {
  t.like(parseLoaded(said), { requests: 200_000, durationUs: 5_000_000, p99Us: 23_060, failed: 0 });
  t.throws(() => parseLoaded("unable to connect to 203.0.113.80:http Connection refused\n"), {
    message: /unable to connect/,
  });
});

test("requests are counted by second, CPU by 100,000 of them", (t) => {
  t.deepEqual(requestMetrics("fresh", parseLoaded(said), 5), {
    "fresh.rate": 40_000,
    "fresh.p50": 1.25,
    "fresh.p99": 23.06,
    "fresh.cpu": 2.5,
  });
});

test("bulk is counted in GB; without a proxy there is no CPU of one", (t) => {
  const downloaded = { bytes: 10e9, answers: 100, failed: 0, durationUs: 5e6 };
  t.deepEqual(bulkMetrics("bulk-1", downloaded, 5), { "bulk-1.rate": 2, "bulk-1.cpu": 0.5 });
  t.deepEqual(bulkMetrics("bulk-64", downloaded, undefined), { "bulk-64.rate": 2 });
});
