import { constants, openSync, writeSync } from "node:fs";
import { errorCode } from "./error-code.ts";

/**
 * Opens the file that tells a supervisor of this process: `announce` writes the line `listening`, and
 * the end of the process is the end of the file, since the descriptor stays open until then. A FIFO
 * that nobody reads is no fault, and is tried once more by `announce`. Throws when it can't be opened.
 */
export function openReadyFile(path: string): { announce(): void } {
  let fd = open(path);
  return {
    announce() {
      fd ??= open(path);
      try {
        if (fd !== undefined) writeSync(fd, "listening\n");
      } catch (error) {
        // Whoever wanted to know has gone away.
        if (errorCode(error) !== "EPIPE") throw error;
      }
    },
  };
}

function open(path: string): number | undefined {
  const { O_WRONLY, O_NONBLOCK, O_CREAT, O_TRUNC } = constants;
  try {
    return openSync(path, O_WRONLY | O_NONBLOCK | O_CREAT | O_TRUNC, 0o644);
  } catch (error) {
    if (errorCode(error) === "ENXIO") return undefined;
    throw error;
  }
}
