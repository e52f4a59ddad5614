/** Aborted when the user or the system wants this process to end: what runs is stopped and cleaned up after. */
const interrupted = new AbortController();

export const interruption: AbortSignal = interrupted.signal;

/** How long cleaning up may take before the process ends all the same. */
const patienceMs = 5000;

/** Ends the process orderly on Ctrl-C, SIGTERM and a closed terminal, with 128 + the signal's number. */
export function endOnSignals(): void {
  for (const [signal, number] of [
    ["SIGHUP", 1],
    ["SIGINT", 2],
    ["SIGTERM", 15],
  ] as const) {
    process.once(signal, () => {
      process.exitCode = 128 + number;
      interrupted.abort(new Error(`interrupted (${signal})`));
      setTimeout(() => process.exit(), patienceMs).unref();
    });
  }
}
