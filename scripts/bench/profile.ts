import { spawn } from "node:child_process";
import { once } from "node:events";
import { applyLoad } from "./apply-load.ts";
import type { Sample } from "./figures.ts";
import type { Setting } from "./measure.ts";
import { lead } from "./network.ts";

/** Writes to stderr which system calls a row spends its time on, figure by figure, by strace(1). Samples nothing. */
export async function profilePeer({ network, job, running }: Setting): Promise<Sample[]> {
  const row = running[0]?.row;
  if (row === undefined) return [];
  await lead(network, row);
  for (const figure of job.figures) {
    if (figure === "idle") continue;
    const pids = (await row.pids()).flatMap((pid) => ["-p", `${pid}`]);
    const strace = spawn("strace", ["-c", "-f", "-q", ...pids], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    strace.stderr.on("data", (data: Buffer) => (said += data.toString()));
    const closed = once(strace, "close");
    const { amount } = await applyLoad(figure, network, job);
    strace.kill("SIGINT");
    await closed;
    process.stderr.write(`\n${row.peer.title}, ${figure}, ${amount}:\n${said}`);
  }
  return [];
}
