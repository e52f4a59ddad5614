const formats = new Map<string, Intl.DateTimeFormat>();

/** A time as people of a time zone read it: `2026-03-29 14:05:00 +02:00`; always 26 characters. */
export function formatTime(atMs: number, timeZone: string): string {
  const offsetMinutes = utcOffsetMinutes(atMs, timeZone);
  const local = new Date(atMs + offsetMinutes * 60_000).toISOString();
  const sign = offsetMinutes < 0 ? "-" : "+";
  const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${sign}${twoDigits(hours)}:${twoDigits(minutes)}`;
}

/** How far a zone's clocks are ahead of UTC, at a time. Throws a RangeError for an unknown zone. */
export function utcOffsetMinutes(atMs: number, timeZone: string): number {
  return isOwn(timeZone) ? -new Date(atMs).getTimezoneOffset() : offsetByIntl(atMs, timeZone);
}

export function isTimeZone(name: string): boolean {
  try {
    utcOffsetMinutes(0, name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether it is the process's own zone (TZ), as it is on a router: Date has that at hand. Intl has all, but to make
 * its first format takes longer than all else that a start of the proxy does.
 */
function isOwn(timeZone: string): boolean {
  // a zone that isn't known is UTC by an offset for its name
  return process.env["TZ"] === timeZone && !/\(\D*[+-]00:00\)$/.test(new Date(0).toString());
}

function offsetByIntl(atMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}
