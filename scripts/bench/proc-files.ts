import { readFile, readdir } from "node:fs/promises";

/** proc(5) counts in hundredths of a second on every architecture (USER_HZ). */
const ticksPerSecond = 100;

/**
 * CPU seconds, user and system, that these processes have used so far with all their threads. Most of what
 * the kernel does for their packets happens in their system calls and is counted; what it does in soft
 * interrupts on behalf of nobody isn't.
 */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8")));
  return stats.reduce((sum, stat) => sum + parseCpuSeconds(stat), 0);
}

/** Of /proc/PID/stat. A program's name may have blanks and brackets. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // utime and stime, the fields 14 and 15; the first here is the third
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** What processes have resident, in bytes; what they share with others counts in proportion (Pss). */
export interface Memory {
  readonly resident: number;
  /** Of it, what isn't pages of a file (programs, libraries), which the kernel may drop and read again. */
  readonly unbacked: number;
}

export async function memoryOf(pids: readonly number[]): Promise<Memory> {
  const rollups = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, "utf8")));
  const all = rollups.map((rollup) => parseMemory(rollup));
  return {
    resident: all.reduce((sum, { resident }) => sum + resident, 0),
    unbacked: all.reduce((sum, { unbacked }) => sum + unbacked, 0),
  };
}

/** Of /proc/PID/smaps_rollup. */
export function parseMemory(rollup: string): Memory {
  const bytes = (field: string): number => {
    const [, kib] = new RegExp(`^${field}: +(\\d+) kB$`, "m").exec(rollup) ?? [];
    if (kib === undefined) throw new Error(`smaps_rollup has no ${field}`);
    return Number(kib) * 1024;
  };
  const resident = bytes("Pss");
  return { resident, unbacked: resident - bytes("Pss_File") };
}

/** A process with all that descend from it. */
export async function processTree(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8")),
  );
  const children = lists.join(" ").split(" ").filter(Boolean).map(Number);
  return [pid, ...(await Promise.all(children.map(processTree))).flat()];
}

/** The TCP ports that somebody listens at, by /proc/net/tcp. */
export function parseListeningPorts(table: string): Set<number> {
  const lines = table.split("\n").slice(1).filter(Boolean);
  const fields = lines.map((line) => line.trim().split(/ +/));
  // 0A is TCP_LISTEN
  const listening = fields.filter(([, , , state]) => state === "0A");
  return new Set(listening.map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16)));
}

/** Descriptors that a process may have, of its /proc/PID/limits; programs that it starts inherit that. */
export function parseDescriptorLimit(limits: string): number {
  const [, soft = "0"] = /^Max open files +(\S+)/m.exec(limits) ?? [];
  return soft === "unlimited" ? Infinity : Number(soft);
}
