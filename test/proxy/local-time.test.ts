import test from "ava";
import { formatTime, utcOffsetMinutes } from "../../proxy/src/local-time.ts";

for (const [zone, at, expected] of [
  ["UTC", "2026-03-29T00:59:59Z", "2026-03-29 00:59:59 +00:00"],
  ["Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29 01:59:59 +01:00"],
  ["Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29 03:00:00 +02:00"],
  ["Asia/Kolkata", "2026-12-31T20:00:00Z", "2027-01-01 01:30:00 +05:30"],
  ["America/St_Johns", "2026-01-01T00:00:00Z", "2025-12-31 20:30:00 -03:30"],
] as const) {
  test(`at ${at} clocks of ${zone} say ${expected}`, (t) => {
    t.is(formatTime(Date.parse(at), zone), expected);
  });
}

test("the offset of a zone is in minutes, ahead of UTC", (t) => {
  t.is(utcOffsetMinutes(Date.parse("2026-07-01T00:00:00Z"), "America/New_York"), -240);
});
