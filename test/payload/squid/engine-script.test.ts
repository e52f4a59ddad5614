import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { projectRoot } from "../../../build/core/paths.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { relocate, writeFiles } from "../scripts.ts";

const overlay = join(projectRoot, "overlays", "squid");
const socket = (port: string, state: string) =>
  `   0: 00000000:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000   100        0 1234\n`;

/** Shell commands that wait for a file, or for so many lines in it. */
const until = (file: string, lines = 1) =>
  `until [ "$(cat ${file} 2>/dev/null | wc -l)" -ge ${lines} ]; do sleep 0.02; done`;

/**
 * Runs the script with a squid that does what is said here, a shell's commands; it has the ports 3129 and 3130 to
 * open. Gives what came on descriptor 3 until its end.
 */
async function runEngine(t: ExecutionContext, squid: string, files: Readonly<Record<string, string>> = {}) {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    "run/halfbridge/setup/facts":
      "SQUID_PORTS='3129 3130'\nTIME_ZONE='Europe/Berlin'\nLOG_BYTES='10'\nDESCRIPTORS='64'\n",
    "proc/net/tcp": "  sl  local_address\n",
    "usr/sbin/squid-openssl": `#!/bin/sh\ncd ${root}\n${squid}`,
    "programs/usleep": `#!/bin/sh\necho >> ${root}/looked\nexec sleep 0.02\n`,
    "programs/sleep": `#!/bin/sh\n[ "$1" = 2 ] || exec /bin/sleep "$1"\necho >> ${root}/turns\nexec /bin/sleep 0.02\n`,
    ...files,
  });
  const starts = ["/run/", "/var/log/", "/usr/sbin/", "/proc/net/"];
  const script = await relocate("usr/lib/halfbridge/engines/squid", starts, root, overlay);
  await writeFiles(root, { engine: script });
  const child = spawn("sh", [join(root, "engine")], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    env: { ...process.env, PATH: `${root}/programs:${process.env["PATH"]}` },
  });
  const pipe = child.stdio[3] as NodeJS.ReadableStream;
  const [said, told, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(pipe),
    once(child, "exit"),
  ]);
  const read = (path: string) => readFile(join(root, path), "utf8");
  return { said, told, code: code as number, read };
}

test("once squid listens on all of its ports, the supervisor is told so, and the console", async (t) => {
  const listen = `printf '%s' '${socket("0C39", "0A")}${socket("0C3A", "0A")}' >> proc/net/tcp; ${until("turns")}; exit 3`;
  const { said, told, code } = await runEngine(t, listen);
  t.is(told, "listening\n");
  t.is(said, '{"event":"listening","engine":"squid"}\n');
  t.is(code, 3);
});

test("a squid that listens on one of them, or is only connected to, isn't told to listen", async (t) => {
  const half = `printf '%s' '${socket("0C39", "0A")}${socket("0C3A", "01")}' >> proc/net/tcp; ${until("looked", 5)}`;
  t.like(await runEngine(t, half), { told: "", said: "" });
});

test("squid's clock is that of the site, for schedules", async (t) => {
  const { read } = await runEngine(t, 'echo "$TZ" > zone');
  t.is(await read("zone"), "Europe/Berlin\n");
});

test("a log that has its size is turned over, and squid is told to open it anew; a smaller one stays", async (t) => {
  const squid = [
    `printf '%s' '${socket("0C39", "0A")}${socket("0C3A", "0A")}' >> proc/net/tcp`,
    "trap 'echo >> reopened' USR1",
    until("reopened"),
    until("turns", 4),
  ].join("\n");
  const { read } = await runEngine(t, squid, {
    "var/log/halfbridge/access.log": "longer than ten bytes\n",
    "var/log/halfbridge/proxy.log": "short\n",
  });
  t.is(await read("var/log/halfbridge/access.log.1"), "longer than ten bytes\n");
  t.is(await read("var/log/halfbridge/proxy.log"), "short\n");
  t.is(await read("reopened"), "\n");
});
