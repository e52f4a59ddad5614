import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../build/core/paths.ts";
import type { RunResult } from "../../build/core/run.ts";

let child: ChildProcess | undefined;
let before: Promise<unknown> = Promise.resolve();

/**
 * Runs a command of halfbridge from the checkout, as one of many in the same process: most take less time than the
 * start of one. cli.test.ts holds that they say the same in processes of their own.
 */
export async function halfbridge(...argv: string[]): Promise<RunResult> {
  const result = before.then(async () => ask(argv));
  before = result.catch(() => {});
  return result;
}

async function ask(argv: readonly string[]): Promise<RunResult> {
  child ??= start();
  // it ends with this process, which doesn't wait for it otherwise
  child.ref();
  child.channel?.ref();
  const heard = new AbortController();
  const message = once(child, "message", heard);
  const end = once(child, "exit", heard);
  child.send(argv);
  try {
    const [result] = await Promise.race([
      message,
      end.then(([code]) => Promise.reject(new Error(`${argv.join(" ")}: its process has ended (${code})`))),
    ]);
    return result as RunResult;
  } finally {
    heard.abort();
    child.channel?.unref();
    child.unref();
  }
}

function start(): ChildProcess {
  return fork(join(import.meta.dirname, "many-commands.ts"), {
    cwd: projectRoot,
    env: { ...process.env, HALFBRIDGE_BUILDROOT: "" }, // tests that want a tree name it
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
