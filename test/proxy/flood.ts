import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ExecutionContext } from "ava";
import { until } from "./loopback-lab.ts";

setFlagsFromString("--expose-gc");
export const exposedGc: NonNullable<typeof globalThis.gc> = runInNewContext("gc");

export const MiB = 1024 * 1024;
/** More than the kernel queues on the way. */
export const floodBytes = 96 * MiB;

/**
 * Something that sends much, as fast as it may, and how much of that has left this process. What it leaves in
 * memory is collected with the test: it is not to count against the next one's connections (MemoryRoom).
 */
export function createFlood(t: ExecutionContext, { ends } = { ends: true }) {
  t.teardown(bufferBytes);
  // Less than the kernel takes in any case: on a busy machine it isn't always as much as 1 MiB.
  const chunk = Buffer.alloc(MiB / 16);
  let sentBytes = 0;
  const flood = (socket: Socket): void => {
    const send = (): void => {
      if (sentBytes === floodBytes) return void (ends && socket.end());
      socket.write(chunk, (error) => {
        if (error) return;
        sentBytes += chunk.length;
        send();
      });
    };
    socket.on("error", () => {}).resume();
    send();
  };
  return { flood, sentBytes: () => sentBytes };
}

/** What buffers take that somebody holds: those that nobody holds are collected first. */
export async function bufferBytes(): Promise<number> {
  exposedGc();
  exposedGc({ type: "minor" }); // V8 counts what the first has freed only now (MemoryRoom)
  // They are given back by another thread.
  await sleep(50);
  return process.memoryUsage().arrayBuffers;
}

/** The value once it has begun to change, and then hasn't for a while. */
export async function settled(value: () => number): Promise<number> {
  await until(() => value() > 0, "the flood to begin");
  for (let before = -1; ;) {
    const now = value();
    if (now === before) return now;
    before = now;
    await sleep(150);
  }
}

export async function countBytes(socket: Socket): Promise<number> {
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => (bytes += chunk.length)).resume();
  await new Promise((resolve) => socket.once("end", resolve));
  return bytes;
}
