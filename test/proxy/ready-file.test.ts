import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { openReadyFile } from "../../proxy/src/ready-file.ts";

test("a reader gets one line once it is announced, and the end with the process's end", (t) => {
  const fifo = makeFifo(t);
  const reader = openReader(fifo);
  const source = JSON.stringify(join(import.meta.dirname, "../../proxy/src/ready-file.ts"));
  const program = `
    import { openReadyFile } from ${source};
    const file = openReadyFile(process.argv[1]);
    process.stdout.write(process.argv[2]);
    if (process.argv[2] === "announced") file.announce();`;
  const run = (word: string) =>
    execFileSync(process.execPath, ["--input-type=module", "-e", program, fifo, word], { encoding: "utf8" });
  t.is(run("silent"), "silent");
  t.is(read(reader), "", "control: without it, the end alone");
  t.is(run("announced"), "announced");
  t.is(read(reader), "listening\n");
  t.is(read(reader), "", "the end");
  closeSync(reader);
});

test("as long as the process lives there is no end", (t) => {
  const fifo = makeFifo(t);
  const reader = openReader(fifo);
  openReadyFile(fifo).announce();
  t.is(read(reader), "listening\n");
  t.throws(() => read(reader), { code: "EAGAIN" });
  closeSync(reader);
});

test("a FIFO that nobody reads delays nothing, and who reads it later is told all the same", (t) => {
  const fifo = makeFifo(t);
  const file = openReadyFile(fifo);
  t.notThrows(() => openReadyFile(fifo).announce());
  const reader = openReader(fifo);
  file.announce();
  t.is(read(reader), "listening\n");
  closeSync(reader);
});

test("a reader that has gone away is no fault", (t) => {
  const fifo = makeFifo(t);
  const reader = openReader(fifo);
  const file = openReadyFile(fifo);
  closeSync(reader);
  t.notThrows(() => file.announce());
});

test("a file says nothing of an earlier process", (t) => {
  const path = join(makeFolder(t), "ready");
  writeFileSync(path, "listening\n");
  const file = openReadyFile(path);
  t.is(readFileSync(path, "utf8"), "");
  file.announce();
  t.is(readFileSync(path, "utf8"), "listening\n");
});

test("a folder that isn't there is a fault", (t) => {
  t.throws(() => openReadyFile(join(makeFolder(t), "nowhere", "ready")), { code: "ENOENT" });
});

function makeFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-ready-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function makeFifo(t: ExecutionContext): string {
  const fifo = join(makeFolder(t), "ready");
  execFileSync("mkfifo", [fifo]);
  return fifo;
}

function openReader(fifo: string): number {
  return openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** What is there; nothing is the end. */
function read(fd: number): string {
  const buffer = Buffer.alloc(64);
  return buffer.toString("latin1", 0, readSync(fd, buffer));
}
