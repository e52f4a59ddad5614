import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ToolError } from "../../build/core/faults.ts";
import { interruption } from "../../build/core/interrupt.ts";
import { run } from "../../build/core/run.ts";
import type { Job, Outcome } from "./job.ts";

/** Not node_modules/.bin, which has another `nft`. */
const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";
/** As many descriptors as 10,000 connections take; where that isn't allowed, as many as are. */
const raiseLimit = 'ulimit -n 65536 2> /dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"';

/**
 * Has a job done in network, mount and PID namespaces of its own; for who isn't root in a user namespace, too.
 * When this process ends, however that is, all that runs there ends.
 */
export async function runInside(job: Job): Promise<Outcome> {
  const argv = [
    ...["sh", "-c", raiseLimit, "sh"],
    ...["unshare", ...(await userNamespace())],
    ...["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
    ...[process.execPath, join(import.meta.dirname, "inside.ts"), JSON.stringify(job)],
  ];
  interruption.throwIfAborted();
  const inside = spawn(argv[0] as string, argv.slice(1), {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: systemPath, LC_ALL: "C.UTF-8", TZ: "UTC" },
    // out of the terminal's group: Ctrl-C is for this process, whose end is that one's
    detached: true,
  });
  interruption.addEventListener("abort", () => inside.kill("SIGKILL"));
  const closed = once(inside, "close");
  const said = await text(inside.stdout);
  const [code] = await closed;
  interruption.throwIfAborted();
  if (code !== 0) throw new ToolError("the measuring has failed; what it said is above");
  return JSON.parse(said) as Outcome;
}

/** Root needs none. Others get more users than root there if they may: squid serves as one. */
async function userNamespace(): Promise<string[]> {
  if (process.getuid?.() === 0) return [];
  const options = ["--user", "--map-root-user", "--map-auto"];
  const { exitCode } = await run(["unshare", ...options, "true"], { okCodes: [0, 1] });
  return exitCode === 0 ? options : options.slice(0, 2);
}
