import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { projectRoot } from "../../../build/core/paths.ts";
import { run } from "../../../build/core/run.ts";
import { policySources } from "../../../build/payload/compile-addon.ts";
import type { Question } from "../../../proxy/src/policy/judge.ts";
import { methodBit } from "../../../proxy/src/policy/methods.ts";

/** A question with whom it is from and when. */
export interface Asked extends Omit<Question, "groups"> {
  readonly client: string;
  readonly mac: string | undefined;
  readonly running: number;
}

/** The native engine's judging under AddressSanitizer and UBSan, compiled by the machine's gcc. */
export interface NativePolicy {
  /** Resolves with a line for each question: whether it is blocked, the rule's index, the client's groups. */
  ask(table: ArrayBuffer, questions: readonly Asked[]): Promise<readonly string[]>;
  /** Asks so many broken tables; resolves with how many could be opened. */
  mutate(table: ArrayBuffer, questions: readonly Asked[], seed: number, rounds: number): Promise<number>;
  end(): Promise<void>;
}

const flags = [
  ...["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-pie", "-no-pie"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
];
/** Older sanitizers can't have it where newer kernels put libraries; not everywhere may they be told so. */
const withoutRandomAddresses = `setarch -R true 2>/dev/null && exec setarch -R "$@" || exec "$@"`;

export async function compileNativePolicy(): Promise<NativePolicy> {
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-policy-"));
  const program = join(folder, "judge-urls");
  const addon = join(projectRoot, "proxy", "addon");
  const sources = ["test/judge-urls.c", ...policySources].map((name) => join(addon, name));
  await run(["gcc", ...flags, "-o", program, ...sources]);
  let tables = 0;
  const start = async (
    table: ArrayBuffer,
    questions: readonly Asked[],
    args: readonly string[],
  ): Promise<string> => {
    const file = join(folder, `table-${tables++}`);
    await writeFile(file, new Uint8Array(table));
    return runWith([program, file, ...args], Buffer.from(questions.map(writeQuestion).join(""), "latin1"));
  };
  return {
    ask: async (table, questions) => (await start(table, questions, [])).trimEnd().split("\n"),
    mutate: async (table, questions, seed, rounds) =>
      Number(await start(table, questions, ["mutate", String(seed), String(rounds)])),
    end: () => rm(folder, { recursive: true }),
  };
}

async function runWith(argv: readonly string[], input: Buffer): Promise<string> {
  const env = { ...process.env, ASAN_OPTIONS: "detect_leaks=0", UBSAN_OPTIONS: "print_stacktrace=1" };
  const child = spawn("/bin/sh", ["-c", withoutRandomAddresses, "sh", ...argv], { env });
  child.stdin.on("error", () => {}); // its end says more
  child.stdin.end(input);
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  });
  const [output, errors, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (end !== 0) throw new Error(`judge-urls ended with ${end}:\n${errors}`);
  return output;
}

function writeQuestion({ client, mac, running, method, host, port, path }: Asked): string {
  return `${[client, mac ?? "-", running, methodBit(method), host, port, path ?? "-"].join("\t")}\n`;
}
