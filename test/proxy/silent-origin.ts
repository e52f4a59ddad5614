import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { dial, until } from "./loopback-lab.ts";

/** A real listener whose queue is full and that never accepts: Linux drops the SYNs of all others. */
export async function withSilentOrigin(
  body: (at: { address: string; port: number }) => Promise<void>,
): Promise<void> {
  const program = `
    const server = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const fillers: Socket[] = [];
  try {
    const [said]: unknown[] = await once(child.stdout, "data");
    const at = { address: "127.0.0.1", port: Number(String(said)) };
    // One more than the backlog of 1 fits; then the queue is full.
    fillers.push(dial(at), dial(at));
    await until(() => fillers.every(({ pending }) => !pending), "the queue to fill");
    for (const filler of fillers) filler.unref();
    await body(at);
  } finally {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
    await once(child, "close");
  }
}
