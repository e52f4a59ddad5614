import test from "ava";
import { formatBytes, formatCount, formatDuration, printTable } from "../../../proxy/src/control/print.ts";

test("columns are as wide as what is in them, and figures stand to the right; addresses aren't figures", (t) => {
  const rows = [
    ["10.1.2.3", "1,234", "5.6 kB", "a"],
    ["10.1.2.50", 7, "89 B", "-"],
  ];
  t.is(
    printTable(["client", "requests", "bytes", "url"], rows),
    [
      "client     requests   bytes  url",
      "10.1.2.3      1,234  5.6 kB  a",
      "10.1.2.50         7    89 B  -",
      "",
    ].join("\n"),
  );
  t.is(printTable(["client", "requests"], []), "client  requests\n");
});

test("counts and bytes are for people", (t) => {
  t.deepEqual([0, 999, 1000, 1_234_567].map(formatCount), ["0", "999", "1,000", "1,234,567"]);
  t.deepEqual([0, 999, 1000, 12_345, 999_499, 999_999, 1.5e9, 7e15].map(formatBytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "12.3 kB",
    "999 kB",
    "1.0 MB",
    "1.5 GB",
    "7.0 PB",
  ]);
});

test("durations have their two largest units", (t) => {
  t.deepEqual(
    [0, 650, 9949, 9951, 61_000, 3_600_000, 3_723_000, 90_061_000, 86_400_000 * 400].map(formatDuration),
    ["0.0 s", "0.7 s", "9.9 s", "10 s", "1 min 1 s", "1 h", "1 h 2 min", "1 d 1 h", "400 d"],
  );
});
