import { utcOffsetMinutes } from "../local-time.ts";

/** A part of the week by the clock on the wall, in minutes since Monday 00:00; `end` may lie in the next week. */
export interface Period {
  readonly start: number;
  /** The first minute that is outside. */
  readonly end: number;
}

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;

/**
 * Reads `mon-fri 08:00-13:00`, `sat,sun 22:00-02:00` (ends on the next day) or `daily 07:00-07:30`: one
 * period for each day. Undefined for anything else.
 */
export function parsePeriods(text: string): readonly Period[] | undefined {
  const [, dayText, from, to] = /^([a-z,-]+) +(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  const chosen = parseDays(dayText ?? "");
  const start = parseClock(from ?? "");
  const end = parseClock(to ?? "");
  if (chosen === undefined || start === undefined || end === undefined) return undefined;
  if (start === dayMinutes || start === end) return undefined;
  const length = end > start ? end - start : end + dayMinutes - start;
  return chosen.map((day) => ({ start: day * dayMinutes + start, end: day * dayMinutes + start + length }));
}

/** Numbers of days, 0 is Monday. */
function parseDays(text: string): readonly number[] | undefined {
  if (text === "daily") return days.map((_, index) => index);
  const chosen: number[] = [];
  for (const part of text.split(",")) {
    const [first, last, ...more] = part.split("-").map((name) => days.findIndex((day) => day === name));
    if (first === undefined || first < 0 || last === -1 || more.length > 0) return undefined;
    const count = (((last ?? first) - first + 7) % 7) + 1;
    for (let index = 0; index < count; index++) chosen.push((first + index) % 7);
  }
  return chosen;
}

function parseClock(text: string): number | undefined {
  const minutes = Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return Number(text.slice(3)) < 60 && minutes <= dayMinutes ? minutes : undefined;
}

/**
 * Tells which schedules run, as bits in their order: a function of the time in milliseconds since 1970. Local
 * time is what the clock on the wall shows, so a lesson at 08:00 is at 08:00 in summer and winter; an hour that
 * comes twice counts twice. Throws a RangeError for an unknown time zone.
 */
export function weeklySchedules(
  schedules: Readonly<Record<string, readonly string[]>>,
  timeZone: string,
): (nowMs: number) => number {
  const periods = Object.values(schedules).map((texts) => texts.flatMap((text) => parsePeriods(text) ?? []));
  utcOffsetMinutes(0, timeZone); // throws
  return (nowMs) => {
    const now = minuteOfWeek(nowMs, timeZone);
    let running = 0;
    for (const [index, ofSchedule] of periods.entries())
      if (ofSchedule.some((period) => isIn(period, now))) running |= 1 << index;
    return running;
  };
}

function isIn({ start, end }: Period, minute: number): boolean {
  return (minute >= start && minute < end) || minute + weekMinutes < end;
}

function minuteOfWeek(nowMs: number, timeZone: string): number {
  const local = new Date(nowMs + utcOffsetMinutes(nowMs, timeZone) * 60_000);
  const day = (local.getUTCDay() + 6) % 7; // 0 is Monday
  return day * dayMinutes + local.getUTCHours() * 60 + local.getUTCMinutes();
}
