import { readdirSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { counter, gauge, type Metric } from "./exposition.ts";

/** What every program tells of itself, by the names that Prometheus' own libraries have for it. */
export async function collectProcess(startedMs: number): Promise<Metric[]> {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const asked = performance.now();
  await nextTurn();
  const lagSeconds = (performance.now() - asked) / 1000;
  const { active } = performance.eventLoopUtilization();
  return [
    counter("process_cpu_seconds_total", "CPU time.", [[{}, (user + system) / 1e6]]),
    gauge("process_resident_memory_bytes", "Memory that is in use.", rss),
    gauge("process_start_time_seconds", "When it started.", startedMs / 1000),
    gauge("process_open_fds", "Descriptors that are open.", readdirSync("/proc/self/fd").length),
    gauge("nodejs_heap_size_used_bytes", "Memory of JavaScript's objects.", heapUsed),
    gauge("nodejs_external_memory_bytes", "Memory of buffers and tables.", external),
    gauge("nodejs_eventloop_lag_seconds", "How late the event loop was just now.", lagSeconds),
    counter("nodejs_eventloop_active_seconds_total", "How long the event loop was busy.", [
      [{}, active / 1000],
    ]),
  ];
}
