import { chmodSync, rmSync } from "node:fs";
import type { Log } from "../log.ts";
import type { Operation } from "../operation.ts";
import { errorCode } from "../error-code.ts";
import { connections } from "./connections.ts";
import { health } from "./health.ts";
import { createRouteServer } from "./http-server.ts";
import { reload } from "./reload.ts";
import { status } from "./status.ts";
import { top } from "./top.ts";
import { why } from "./why.ts";

const routes = [status, connections, top, why, reload, health];

/**
 * Answers the router's own programs at a Unix socket that its owner alone may use (and root). That it can't
 * is no reason not to run. Returns what ends it.
 */
export function serveControl(path: string, operation: Operation, log: Log): () => void {
  const failed = (error: unknown): void => log("error", { message: `${path}: ${errorCode(error)}` });
  const server = createRouteServer(routes, operation, "text").on("error", failed);
  try {
    // What an earlier process has left behind.
    rmSync(path, { force: true });
    server.listen(path, () => server.unref());
    chmodSync(path, 0o600);
  } catch (error) {
    failed(error);
  }
  return () => void server.close();
}
