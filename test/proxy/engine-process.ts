import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nodeFlags } from "../../build/payload/runtime.ts";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import type { Standing, Wanted } from "./engine-program.ts";
import { close, dial, ignoreErrors, listen } from "./loopback-lab.ts";
import { socketsOf, watchedBy } from "./proc-sockets.ts";

/** An engine that runs elsewhere, between this process's clients and its origin. */
export interface EngineProcess {
  readonly connect: () => Socket;
  readonly standing: () => Promise<Standing>;
  /** Lets another program have its sockets, too, and ends that one. */
  readonly share: () => Promise<Standing>;
  readonly alone: () => Promise<Standing>;
  /** Its sockets by their inodes, and all whose events it would be told of, closed or not. */
  readonly sockets: () => string[];
  readonly watched: () => string[];
  /** Memory that is nobody else's, and in which no file is. */
  readonly residentBytes: () => number;
  /** How many descriptors it has, but for the empty pipes that its threads may keep for whoever needs one next. */
  readonly inUse: () => number;
  /** It gets so many more, and no others unless it closes some. */
  readonly leaveFree: (count: number) => void;
}

export interface EngineProcessSetup {
  readonly config?: Partial<ProxyConfig>;
  /** What the origin does with a connection. */
  readonly serve: (socket: Socket) => void;
  /** Of Node's, beside a router's. */
  readonly flags?: readonly string[];
}

/** MAX_POOLED_PIPES of two threads, with two ends each. */
const mostKept = 64 * 2 * 2;

/** Runs a body with an engine in a process of its own, with Node's flags as on a router. */
export async function withEngineProcess(
  engine: string,
  { config = {}, serve, flags = [] }: EngineProcessSetup,
  body: (process: EngineProcess) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  const keep = (socket: Socket): Socket => {
    sockets.push(socket);
    return socket;
  };
  const origin = createServer({ allowHalfOpen: true }, (socket) => serve(keep(ignoreErrors(socket))));
  const wanted: Wanted = { origin: await listen(origin), config };
  const program = join(import.meta.dirname, "engine-program.ts");
  const child = spawn(process.execPath, [...nodeFlags, ...flags, program, engine, JSON.stringify(wanted)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hear = async (): Promise<Standing> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the engine's process has ended: ${(await ended).join(" ")}`);
    return JSON.parse(value) as Standing;
  };
  const ask = async (line: string): Promise<Standing> => {
    child.stdin.write(`${line}\n`);
    return hear();
  };
  const folder = `/proc/${child.pid}/fd`;
  const descriptors = (): string[] => readdirSync(folder);
  try {
    const { listener } = await hear();
    await body({
      connect: () => keep(dial(listener)),
      standing: async () => ask(""),
      share: async () => ask("share"),
      alone: async () => ask("alone"),
      sockets: () => socketsOf(`${child.pid}`).map(({ inode }) => inode),
      watched: () => watchedBy(`${child.pid}`),
      residentBytes() {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
      },
      inUse() {
        const all = descriptors();
        const pipes = all.filter((name) => isPipe(join(folder, name))).length;
        return all.length - Math.min(pipes, mostKept);
      },
      leaveFree(count) {
        const used = new Set(descriptors().map(Number));
        // the kernel gives the lowest that is free, below the limit
        let limit = 0;
        for (let free = 0; free < count; limit++) if (!used.has(limit)) free++;
        execFileSync("prlimit", ["--pid", `${child.pid}`, `--nofile=${limit}:`]);
      },
    });
  } finally {
    child.stdin.end();
    child.kill("SIGKILL");
    await ended;
    for (const socket of sockets) socket.destroy();
    await close(origin);
  }
}

/** A descriptor that is closed meanwhile is none. */
function isPipe(link: string): boolean {
  try {
    return readlinkSync(link).startsWith("pipe:");
  } catch {
    return false;
  }
}
