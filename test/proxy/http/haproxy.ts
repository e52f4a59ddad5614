import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** An HAProxy that answers each request with what it takes it for; it listens on a socket file, so anyone may. */
export interface HaProxy {
  /** What it sees in a connection's bytes: a line for each request, and the status of what it refuses. */
  see(bytes: Buffer): Promise<string[]>;
  end(): Promise<void>;
}

/** Its strict defaults; bodies are read to their end, so that their length is seen. */
const config = (socket: string): string => `
defaults
  mode http
  timeout client 5s
  timeout http-request 5s
  timeout http-keep-alive 5s
frontend seen
  bind unix@${socket}
  option http-buffer-request
  http-request return status 200 content-type text/plain lf-string "seen %[method] %[req.hdr(host)] %[pathq] %[req.body_len]\\n"
`;

/** The program, or undefined where it isn't installed. */
export function findHaProxy(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, "haproxy")).find((file) => existsSync(file));
}

export async function startHaProxy(program: string): Promise<HaProxy> {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-haproxy-"));
  const socket = join(folder, "in.sock");
  writeFileSync(join(folder, "haproxy.cfg"), config(socket));
  const child = spawn(program, ["-db", "-f", join(folder, "haproxy.cfg")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, "close").then(() => rmSync(folder, { recursive: true }));
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries === 500 || child.exitCode !== null) throw new Error(`haproxy doesn't start: ${said}`);
    await sleep(20);
  }
  return {
    see: (bytes) => seeThrough(socket, bytes),
    async end() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function seeThrough(path: string, bytes: Buffer): Promise<string[]> {
  return new Promise((resolve) => {
    const socket = connect({ path, allowHalfOpen: true });
    let answers = "";
    socket.on("data", (chunk: Buffer) => (answers += chunk.toString("latin1")));
    socket.on("error", () => {}); // a reset after a refusal; what came before counts
    socket.once("close", () => resolve(describe(answers)));
    socket.once("end", () => socket.end());
    socket.end(bytes);
  });
}

function describe(answers: string): string[] {
  return answers.split(/\r?\n/).flatMap((line) => {
    if (line.startsWith("seen ")) return [line.slice("seen ".length)];
    const [, status] = /^HTTP\/1\.1 ([345]..)/.exec(line) ?? [];
    return status === undefined ? [] : [status];
  });
}
