import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { LogFile } from "../../../proxy/src/log/log-file.ts";

const line = (number: number) => `{"event":"connection","number":${String(number).padStart(4, "0")}}\n`;
const lines = (file: string) => readFileSync(file, "utf8").trim().split("\n");

test("the log becomes .1 at its limit, and both stay below it", (t) => {
  const file = join(scratch(t), "new folder", "proxy.log");
  const log = new LogFile(file, 4096);
  for (let number = 0; number < 300; number++) log.write(line(number));
  t.true(statSync(file).size <= 4096);
  t.true(statSync(`${file}.1`).size <= 4096);
  const kept = [...lines(`${file}.1`), ...lines(file)];
  t.is(kept.at(-1), line(299).trim());
  t.is(kept[0], line(300 - kept.length).trim(), "nothing is missing in between");
});

test("a log that is there already is continued", (t) => {
  const file = join(scratch(t), "proxy.log");
  new LogFile(file, 4096).write(line(1));
  new LogFile(file, 4096).write(line(2));
  t.deepEqual(lines(file), [line(1).trim(), line(2).trim()]);
});

test("a full disk loses lines, says how many once there is room, and never throws", async (t) => {
  const file = join(scratch(t), "proxy.log");
  symlinkSync("/dev/full", file);
  const log = new LogFile(file, 4096, undefined, 20);
  for (let number = 0; number < 5; number++) t.notThrows(() => log.write(line(number)));
  rmSync(file);
  log.write(line(5));
  await sleep(40);
  log.write(line(6));
  const [loss, ...rest] = lines(file);
  t.like(JSON.parse(loss ?? ""), { event: "log-lost", lines: 6 });
  t.deepEqual(rest, [line(6).trim()]);
});

test("a folder that can't be made is no reason to stop, and is tried again", async (t) => {
  const folder = join(scratch(t), "log");
  writeFileSync(folder, "a file where the folder should be");
  const log = new LogFile(join(folder, "proxy.log"), 4096, undefined, 20);
  t.notThrows(() => log.write(line(0)));
  rmSync(folder);
  mkdirSync(folder);
  await sleep(40);
  log.write(line(1));
  t.is(lines(join(folder, "proxy.log")).at(-1), line(1).trim());
});

function scratch(t: { teardown(task: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-log-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}
