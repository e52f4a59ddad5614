import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { Duplex, Transform } from "node:stream";
import test, { type ExecutionContext } from "ava";
import { Console } from "../../qemu/console.ts";
import { privateLine, sharedLine, type Framing } from "../../qemu/framing.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A machine may have no busybox: this one runs the applets that are programs of their own. */
async function makeBusybox(t: ExecutionContext, lacks = "nothing"): Promise<string> {
  const folder = await temporaryFolder(t);
  await writeFile(
    join(folder, "busybox"),
    `#!/bin/sh\n[ "$1" != ${lacks} ] || { echo "$1: applet not found"; exit 127; }\nexec "$@"\n`,
  );
  await chmod(join(folder, "busybox"), 0o755);
  return folder;
}

/** A shell on a pseudo-terminal, which echoes and prompts as a router's console does. */
async function onTerminal(
  t: ExecutionContext,
  garble = new Transform({ transform: pass }),
  lacks?: string,
): Promise<Console> {
  const folder = await makeBusybox(t, lacks);
  const env = {
    ...process.env,
    TMPDIR: folder,
    PATH: `${folder}:${process.env["PATH"]}`,
    PS1: "router# ",
    ENV: "",
  };
  const child = spawn("script", ["--quiet", "--flush", "--command", "sh -i", "/dev/null"], { env });
  t.teardown(() => child.kill("SIGKILL"));
  return consoleOn(Duplex.from({ readable: child.stdout.pipe(garble), writable: child.stdin }), sharedLine);
}

function onPrivateLine(t: ExecutionContext): Console {
  const child = spawn("sh", { stdio: ["pipe", "pipe", "inherit"] });
  t.teardown(() => child.kill("SIGKILL"));
  return consoleOn(Duplex.from({ readable: child.stdout, writable: child.stdin }), privateLine);
}

const consoleOn = (stream: Duplex, framing: Framing): Console =>
  new Console(stream, framing, "router", "router.log");

function pass(this: Transform, chunk: Buffer, _encoding: unknown, done: () => void): void {
  this.push(chunk);
  done();
}

test("status and output come back, stderr and quotes included", async (t) => {
  const expected = { status: 3, output: `it's "here"\noops\n` };
  const command = `echo 'it'"'"'s "here"'; echo oops >&2; exit 3`;
  for (const shell of [onPrivateLine(t), await onTerminal(t)]) {
    await shell.waitForShell();
    t.deepEqual(await shell.run(command), expected);
    t.deepEqual(await shell.run("printf 'no newline'"), { status: 0, output: "no newline" });
    t.deepEqual(await shell.run("true"), { status: 0, output: "" });
  }
});

test("a boot loader's menu on the same line gets nothing of what is for the shell", async (t) => {
  const menu =
    "echo menu; if read -r -t 1.5 -n 1; then echo editing; exec sleep 60; fi; echo started; exec sh";
  const start = () => {
    const child = spawn("bash", ["-c", menu], { stdio: ["pipe", "pipe", "inherit"] });
    t.teardown(() => child.kill("SIGKILL"));
    return consoleOn(Duplex.from({ readable: child.stdout, writable: child.stdin }), privateLine);
  };
  const patient = start();
  await patient.waitForShell({ after: /started/ });
  t.is(await patient.succeed("echo it runs"), "it runs");
  await t.throwsAsync(start().waitForShell({ timeoutMs: 3000 }), { message: /no shell answers[^]*editing/ });
});

test("commands that are given at once run one after another", async (t) => {
  const shell = await onTerminal(t);
  const outputs = await Promise.all(["one", "two", "three"].map((word) => shell.succeed(`echo ${word}`)));
  t.deepEqual(outputs, ["one", "two", "three"]);
});

test("a command of many lines, and output of many bytes, arrive whole", async (t) => {
  const shell = await onTerminal(t);
  const output = await shell.succeed("for n in 1 2\ndo\n  seq 3000\ndone");
  t.is(output.split("\n").length, 6000);
  t.true(output.endsWith("\n3000"));
});

test("a BusyBox without base64 gives its output in another way", async (t) => {
  const shell = await onTerminal(t, undefined, "base64");
  t.is(
    await shell.succeed("printf 'what it \\303\\274bersaw\\n'; seq 40"),
    ["what it übersaw", ...Array.from({ length: 40 }, (_, index) => index + 1)].join("\n"),
  );
  t.deepEqual(await shell.run("exit 4"), { status: 4, output: "" });
});

test("programs that log to the same console don't garble an answer", async (t) => {
  const shell = await onTerminal(t);
  await shell.succeed(`(while echo '{"event":"connection"}' >/dev/tty; do sleep 0.01; done) 2>/dev/null &`);
  for (let count = 0; count < 5; count++) {
    t.is(await shell.succeed("seq 500 | tail -n 1"), "500");
  }
});

test("an answer that the kernel printed over is asked for again, and the command runs once", async (t) => {
  let spoilt = 0;
  const spoil = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString();
      const at = text.search(/^@run\d+=\d+ /m);
      if (at < 0 || spoilt++ > 0) return done(null, text);
      done(null, `${text.slice(0, at + 3)}[   12.5] eth0: link down\r\n${text.slice(at + 3)}`);
    },
  });
  const shell = await onTerminal(t, spoil);
  await shell.waitForShell();
  const file = join(await makeBusybox(t), "count");
  t.is(await shell.succeed(`echo x >>${file}; wc -l <${file}`, { timeoutMs: 20_000 }), "1");
  t.true(spoilt > 1);
});

test("a failed command is told with its output and the log to look at", async (t) => {
  const shell = onPrivateLine(t);
  const error = await t.throwsAsync(shell.succeed("echo 'no such host'; false"));
  t.is(
    error.message,
    "router: ended with 1:\n  echo 'no such host'; false\n  | no such host\n  hint: see router.log",
  );
  await t.throwsAsync(shell.fail("true"), { message: /should have failed/ });
});

test("a command that doesn't end in time, and a machine that ends, are errors", async (t) => {
  const shell = onPrivateLine(t);
  await t.throwsAsync(shell.succeed("sleep 5", { timeoutMs: 100 }), { message: /no answer within 0.1 s/ });
  const other = onPrivateLine(t);
  await t.throwsAsync(other.run("kill $$"), { message: /the machine ended/ });
});

test("what fails at first is tried until it succeeds", async (t) => {
  const shell = onPrivateLine(t);
  const file = join(await temporaryFolder(t), "file");
  await shell.succeed(`(sleep 0.4; echo here >${file}) >/dev/null &`);
  t.is(await shell.waitUntilSucceeds(`cat ${file}`), "here");
  await t.throwsAsync(shell.waitUntilSucceeds("false", { timeoutMs: 300 }), {
    message: /still ended with 1/,
  });
});

test("what is said is waited for, from a position on", async (t) => {
  const shell = onPrivateLine(t);
  await shell.succeed("echo listening");
  const from = shell.received.length;
  await t.throwsAsync(shell.waitFor(/listening/, { from, timeoutMs: 200 }), {
    message: /nothing in 0.2 s matched/,
  });
  shell.type("echo listening again\n");
  const match = await shell.waitFor(/listening (\w+)/, { from });
  t.is(match[1], "again");
});

test("at a machine's end all that it said has been received", async (t) => {
  const folder = await temporaryFolder(t);
  const server = createServer().listen(join(folder, "serial"));
  t.teardown(() => server.close());
  const machine = connect(join(folder, "serial"));
  const [line] = (await once(server, "connection")) as [Socket];
  const serial = consoleOn(line, sharedLine);
  await t.throwsAsync(serial.waitForEnd({ timeoutMs: 50 }), { message: /^router: still runs after 0\.05 s/ });
  const said = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join("");
  machine.write(said, () => machine.destroy()); // the kernel has all of it
  await serial.waitForEnd();
  t.true(serial.received === said);
});
