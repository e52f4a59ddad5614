import { parsePeriods } from "../../../proxy/src/policy/schedules.ts";

/** Squid's letters for days, from Monday on. */
const letters = ["M", "T", "W", "H", "F", "A", "S"];
const dayMinutes = 24 * 60;

/**
 * A schedule's lines as squid has times: `MTWHF 08:00-12:59`. Squid's last minute is inside; a time that goes on
 * beyond midnight is two.
 */
export function printTimes(texts: readonly string[]): string[] {
  const daysByTime = new Map<string, Set<number>>();
  const add = (day: number, from: number, to: number): void => {
    const time = `${clock(from)}-${clock(to - 1)}`;
    daysByTime.set(time, (daysByTime.get(time) ?? new Set()).add(day % letters.length));
  };
  for (const { start, end } of texts.flatMap((text) => parsePeriods(text) ?? [])) {
    const day = Math.floor(start / dayMinutes);
    const midnight = (day + 1) * dayMinutes;
    add(day, start % dayMinutes, Math.min(end, midnight) - day * dayMinutes);
    if (end > midnight) add(day + 1, 0, end - midnight);
  }
  return [...daysByTime].map(
    ([time, days]) => `${letters.filter((_, day) => days.has(day)).join("")} ${time}`,
  );
}

const clock = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
