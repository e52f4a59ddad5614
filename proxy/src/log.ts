/** Writes one event with its fields; a field that is undefined is left out. Never throws. */
export type Log = (event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Takes one line with its end; must not throw, and must not wait. */
export type LineSink = (line: string) => void;

/** A log of JSON lines: time (ISO 8601, UTC), event, fields. */
export function createLog(sinks: readonly LineSink[]): Log {
  return (event, fields) => {
    const line = `${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`;
    for (const sink of sinks) sink(line);
  };
}
