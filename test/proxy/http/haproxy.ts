import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAuthority } from "../../../proxy/src/http/authority.ts";

/** A request as one of two readers takes it. */
export interface Seen {
  readonly method: string;
  readonly host: string;
  /** 80 if it isn't said. */
  readonly port: number;
  readonly path: string;
  readonly bodyBytes: number;
}

/** An HAProxy that answers each request with what it takes it for; it listens on a socket file, so anyone may. */
export interface HaProxy {
  /**
   * The requests that it sees in a connection's bytes, until it refuses one or closes; the last one should close,
   * for a connection that the client ends is ended before pipelined requests are read.
   */
  see(bytes: Buffer): Promise<Seen[]>;
  end(): Promise<void>;
}

/** Its strict defaults; bodies are read to their end, so that their length is seen. What doesn't end is waited for. */
const config = (socket: string): string => `
defaults
  mode http
  timeout client 2s
  timeout http-request 2s
  timeout http-keep-alive 2s
frontend seen
  bind unix@${socket} backlog 1024
  option http-buffer-request
  http-request return status 200 hdr seen "%[method] %[req.hdr(host)] %[pathq] %[req.body_len]"
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

function seeThrough(path: string, bytes: Buffer): Promise<Seen[]> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let answers = "";
    socket.on("data", (chunk: Buffer) => (answers += chunk.toString("latin1")));
    socket.on("error", () => {}); // a reset after a refusal; what came before counts
    socket.once("close", () => resolve(readSeen(answers)));
    socket.write(bytes);
  });
}

function readSeen(answers: string): Seen[] {
  return [...answers.matchAll(/^seen: (\S*) (.*) (\S*) ([0-9]+)\r$/gm)].map(
    ([, method = "", written = "", path = "", bodyBytes]) => {
      const { host, port } = parseAuthority(written) ?? { host: written, port: undefined };
      // It takes the port off CONNECT's, and leaves out what no path means.
      const isPlain = method !== "CONNECT" && method !== "OPTIONS";
      return {
        method,
        host,
        port: port ?? 80,
        path: path === "" && isPlain ? "/" : path,
        bodyBytes: Number(bodyBytes),
      };
    },
  );
}
