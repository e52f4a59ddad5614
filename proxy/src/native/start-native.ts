import { closeSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { StartEngine } from "../engine.ts";
import type { EngineAddon } from "./addon.ts";
import { NativeEngine } from "./native-engine.ts";

/** More would serve no board that there is. */
const maxThreads = 8;

/** The engine in C, with a thread for each core. `bind` gives a descriptor that is bound, and not listening yet. */
export function startNativeEngine(
  addon: EngineAddon,
  bind: (address: string, port: number) => number,
): StartEngine {
  return async (listeners, service) => {
    const bound: number[] = [];
    try {
      for (const { address, port } of listeners) bound.push(bind(address, port));
      const threads = Math.min(availableParallelism(), maxThreads);
      const engine = new NativeEngine(addon, service, { listeners: bound, threads });
      return {
        listeners,
        count: () => engine.count(),
        list: () => engine.list(),
        stop: (drainMs) => engine.stop(drainMs),
      };
    } finally {
      for (const fd of bound) closeSync(fd);
    }
  };
}
