import { chmod, mkdir, readdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Way } from "./network.ts";
import { cpuSeconds, memoryOf, type Memory } from "./proc-files.ts";
import { Program } from "./program.ts";
import type { Peer, Place } from "./peers/peer.ts";

/** A row of the table while it can be measured. */
export interface RunningPeer extends Way {
  readonly peer: Peer;
  /** So far. */
  readonly cpuSeconds: () => Promise<number | undefined>;
  readonly memory: () => Promise<Memory>;
  readonly pids: () => Promise<number[]>;
  readonly stop: () => Promise<void>;
}

/** Writes a peer's files and starts it; returns once it listens. */
export async function startPeer(peer: Peer, place: Place): Promise<RunningPeer> {
  await mkdir(place.folder, { recursive: true });
  // squid serves, and logs, as a user of its own
  await chmod(place.folder, 0o777);
  for (const [name, text] of Object.entries(peer.files(place)))
    await writeFile(join(place.folder, name), text);
  const command = peer.command?.(place);
  if (command === undefined) {
    return {
      peer,
      client: place.client,
      port: undefined,
      cpuSeconds: async () => undefined,
      memory: async () => ({ resident: 0, unbacked: 0 }),
      pids: async () => [],
      stop: async () => {},
    };
  }
  const program = new Program(peer.title, command, saidFile(place));
  await program.waitForPort(place.port);
  return {
    peer,
    client: place.client,
    port: place.port,
    cpuSeconds: async () => cpuSeconds(await program.pids()),
    memory: async () => memoryOf(await program.pids()),
    pids: () => program.pids(),
    stop: () => program.stop(),
  };
}

/** What it says on its own, not its access log. */
export const saidFile = ({ folder }: Place): string => join(folder, "output.log");

/** Logs grow by some MB a second, in memory. */
export async function emptyLogs({ folder }: Place): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((each) => each.endsWith(".log"))) await truncate(join(folder, name));
}
