import { spawnSync } from "node:child_process";
import test from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import { formatTime, isTimeZone, utcOffsetMinutes } from "../../proxy/src/local-time.ts";

const winter = Date.parse("2026-01-15T12:00Z");
const summer = Date.parse("2026-07-15T12:00Z");

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

test("a zone that isn't known is none", (t) => {
  t.true(isTimeZone("Asia/Kolkata"));
  t.true(isTimeZone("UTC"));
  t.false(isTimeZone("Europe/Atlantis"));
  t.false(isTimeZone(""));
  t.throws(() => utcOffsetMinutes(winter, "Europe/Atlantis"), { instanceOf: RangeError });
});

test("the process's own zone is read without Intl, to the same offset, and as any other if it isn't known", (t) => {
  const program = `
    import { isTimeZone, utcOffsetMinutes } from "./proxy/src/local-time.ts";
    const zones = [process.env.TZ, "Asia/Kolkata"];
    let asked = 0;
    Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, { construct: (made, given) => (asked++, new made(...given)) });
    const offsets = zones.filter(isTimeZone).map((zone) => [${winter}, ${summer}].map((at) => utcOffsetMinutes(at, zone)));
    console.log(JSON.stringify([offsets, asked]));`;
  const inZone = (zone: string): unknown => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: projectRoot,
      env: { ...process.env, TZ: zone, LC_ALL: "C" },
      encoding: "utf8",
    });
    t.is(stderr, "");
    return JSON.parse(stdout);
  };
  const kolkata = [330, 330];
  t.deepEqual(inZone("Europe/Berlin"), [[[60, 120], kolkata], 1]);
  t.deepEqual(inZone("UTC"), [[[0, 0], kolkata], 1]);
  t.deepEqual(inZone("Africa/Abidjan"), [[[0, 0], kolkata], 1]);
  t.deepEqual(inZone("Europe/Atlantis"), [[kolkata], 2]);
});
