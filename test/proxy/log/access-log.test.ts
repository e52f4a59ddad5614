import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { AccessLog } from "../../../proxy/src/log/access-log.ts";
import { openLogs } from "../../../proxy/src/log/open-logs.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { answered } from "./records.ts";

function gathering(batchCharacters: number) {
  const batches: [string, number][] = [];
  let number = 0;
  const log = new AccessLog(
    () => `line ${number++}\n`,
    (lines, count) => batches.push([lines, count]),
    batchCharacters,
  );
  return { log, batches };
}

test("lines are handed on together, and none is kept for long", async (t) => {
  const { log, batches } = gathering(1000);
  for (let count = 0; count < 3; count++) log.write(answered);
  t.deepEqual(batches, []);
  for (let tries = 0; tries < 100 && batches.length === 0; tries++) await sleep(20);
  t.deepEqual(batches, [["line 0\nline 1\nline 2\n", 3]]);
});

test("no more is gathered than a batch holds", (t) => {
  const { log, batches } = gathering(14);
  for (let count = 0; count < 5; count++) log.write(answered);
  t.deepEqual(batches, [
    ["line 0\nline 1\n", 2],
    ["line 2\nline 3\n", 2],
  ]);
  log.flush();
  log.flush();
  t.deepEqual(batches.slice(2), [["line 4\n", 1]]);
});

test("events go to their file and to the console, requests to the access log alone", async (t) => {
  const folder = await temporaryFolder(t);
  const file = (name: string) => join(folder, name);
  const console: string[] = [];
  const read = (name: string) => readFileSync(file(name), "utf8");
  const { log, access, flush, lostLines } = openLogs(
    {
      file: file("proxy.log"),
      maxBytes: 65_536,
      access: { file: file("access.log"), maxBytes: 65_536, format: "squid" },
    },
    (line) => console.push(line),
  );
  log("listening");
  access(answered);
  t.is(read("access.log"), "", "control: it is gathered yet");
  flush();
  t.regex(read("proxy.log"), /^\{"time":"[^"]+","event":"listening"\}\n$/);
  t.regex(read("access.log"), /^1767323045\.100 +40 10\.1\.2\.50 TCP_MISS\/200 /);
  t.deepEqual(console, [read("proxy.log")]);
  t.deepEqual(lostLines(), { events: 0, access: 0, syslog: 0 });
});

test("without an access log requests are not written anywhere", async (t) => {
  const folder = await temporaryFolder(t);
  const { access, flush } = openLogs({ file: join(folder, "proxy.log"), maxBytes: 65_536 });
  access(answered);
  flush();
  t.is(readFileSync(join(folder, "proxy.log"), "utf8"), "");
});
