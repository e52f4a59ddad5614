import test from "ava";
import { parsePeriods, weeklySchedules } from "../../../proxy/src/policy/schedules.ts";

const at = (text: string): number => Date.parse(text);

test("days and times are read, one period for each day", (t) => {
  t.deepEqual(parsePeriods("mon 08:00-13:30"), [{ start: 480, end: 810 }]);
  t.deepEqual(parsePeriods("sat,sun 22:00-02:00"), [
    { start: 5 * 1440 + 1320, end: 6 * 1440 + 120 },
    { start: 6 * 1440 + 1320, end: 7 * 1440 + 120 },
  ]);
  t.is(parsePeriods("mon-fri 00:00-24:00")?.length, 5);
  t.is(parsePeriods("daily 07:00-07:30")?.length, 7);
  t.deepEqual(
    parsePeriods("sun-tue,thu 00:00-00:01")?.map(({ start }) => start / 1440),
    [6, 0, 1, 3],
  );
});

test("what isn't days and times is none", (t) => {
  const wrong = [
    "",
    "mon",
    "08:00-13:00",
    "Mon 08:00-13:00",
    "mon-tue-wed 08:00-13:00",
    "mon, tue 08:00-13:00",
    "mon- 08:00-13:00",
    "daily,mon 08:00-13:00",
    "mon 8:00-13:00",
    "mon 08:60-13:00",
    "mon 08:00-24:01",
    "mon 24:00-01:00",
    "mon 08:00-08:00",
  ];
  for (const text of wrong) t.is(parsePeriods(text), undefined, text);
});

test("a schedule runs from its first minute to before its last, by the site's clock", (t) => {
  const running = weeklySchedules({ lessons: ["mon-fri 08:00-13:00"] }, "Europe/Berlin");
  t.is(running(at("2026-11-25T07:59:59+01:00")), 0);
  t.is(running(at("2026-11-25T08:00:00+01:00")), 1);
  t.is(running(at("2026-11-25T12:59:59+01:00")), 1);
  t.is(running(at("2026-11-25T13:00:00+01:00")), 0);
  t.is(running(at("2026-11-28T09:00:00+01:00")), 0, "a Saturday");
  const elsewhere = weeklySchedules({ lessons: ["mon-fri 08:00-13:00"] }, "Asia/Tokyo");
  t.is(elsewhere(at("2026-11-25T08:00:00+01:00")), 0);
});

test("a period over midnight belongs to the day on which it begins, also from Sunday to Monday", (t) => {
  const running = weeklySchedules({ weekend: ["sun 22:00-02:00"], monday: ["mon 22:00-24:00"] }, "UTC");
  t.is(running(at("2026-11-29T23:00Z")), 1);
  t.is(running(at("2026-11-30T01:59Z")), 1, "Monday, early");
  t.is(running(at("2026-11-30T02:00Z")), 0);
  t.is(running(at("2026-11-29T01:00Z")), 0, "Sunday, early: begun on no Saturday");
  t.is(running(at("2026-11-30T23:59Z")), 2);
  t.is(running(at("2026-12-01T00:00Z")), 0);
});

test("several schedules run at once, each a bit in its order", (t) => {
  const schedules = { never: ["mon 00:00-00:01"], all: ["daily 00:00-24:00"], noon: ["wed 12:00-13:00"] };
  t.is(weeklySchedules(schedules, "UTC")(at("2026-11-25T12:30Z")), 0b110);
});

test("where clocks change, times are the wall's: 08:00 stays 08:00, what is skipped never runs, what comes twice runs twice", (t) => {
  const running = weeklySchedules(
    { early: ["daily 08:00-09:00"], gap: ["sun 02:15-02:45"] },
    "Europe/Berlin",
  );
  t.is(running(at("2026-03-28T07:30Z")), 1, "the day before: UTC+1");
  t.is(running(at("2026-03-29T06:30Z")), 1, "the day of the change: UTC+2");
  t.is(running(at("2026-03-29T07:30Z")), 0);
  const minutes = Array.from({ length: 180 }, (_, minute) => minute * 60_000);
  const count = (from: string) => minutes.filter((ms) => (running(at(from) + ms) & 2) !== 0).length;
  t.is(count("2026-03-29T00:00Z"), 0, "02:00 becomes 03:00");
  t.is(count("2026-10-25T00:00Z"), 60, "03:00 becomes 02:00");
  t.is(count("2026-11-01T00:00Z"), 30, "an ordinary Sunday");
});

test("an unknown time zone is refused", (t) => {
  t.throws(() => weeklySchedules({}, "Europe/Atlantis"), { instanceOf: RangeError });
});
