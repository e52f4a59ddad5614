import { serveControl } from "./control/control.ts";
import type { Log } from "./log.ts";
import { serveMetrics } from "./metrics/metrics.ts";
import type { Operation } from "./operation.ts";

/** Answers whoever runs the router, as far as the configuration says where. */
export function serveOperation(operation: Operation, log: Log): void {
  const { control, metrics } = operation.config;
  if (control !== undefined) serveControl(control, operation, log);
  if (metrics !== undefined) serveMetrics(metrics, operation, log);
}
