import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { LogConsole } from "../../../proxy/src/log/log-console.ts";

const line = (number: number) =>
  `${JSON.stringify({ event: "connection", number, pad: "x".repeat(1000) })}\n`;

test("a console that takes nothing delays nobody; it gets whole lines later, and what was dropped is said", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-console-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  execFileSync("mkfifo", [join(folder, "console")]);
  // Both ends at once, and blocking: a writer of this descriptor would wait for ever.
  const fifo = openSync(join(folder, "console"), constants.O_RDWR);
  const log = new LogConsole(fifo);
  const startedMs = performance.now();
  for (let number = 0; number < 1000; number++) log.write(line(number));
  t.true(performance.now() - startedMs < 500, "a million characters");

  const received: string[] = [];
  let text = "";
  const reader = openSync(join(folder, "console"), constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  for (let quiet = 0; quiet < 4;) {
    try {
      text += buffer.toString("latin1", 0, readSync(reader, buffer));
      quiet = 0;
    } catch {
      quiet++;
      await sleep(60);
    }
  }
  received.push(...text.trim().split("\n"));
  closeSync(reader);
  closeSync(fifo);
  const events = received.map((each): { event: string; number?: number; lines?: number } => JSON.parse(each));
  const dropped = events.find(({ event }) => event === "log-lost")?.lines ?? 0;
  t.true(dropped > 0);
  t.is(events.length - 1 + dropped, 1000, "each line came or was counted");
});

test("a file that the console was redirected to is shared with whoever else writes to it", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-console-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "stdout");
  const program = `
    import { LogConsole } from ${JSON.stringify(join(import.meta.dirname, "../../../proxy/src/log/log-console.ts"))};
    new LogConsole(1).write("one\\n");`;
  execFileSync("sh", [
    "-c",
    '("$0" --input-type=module -e "$1"; echo two) > "$2"',
    process.execPath,
    program,
    file,
  ]);
  t.is(readFileSync(file, "latin1"), "one\ntwo\n");
});
