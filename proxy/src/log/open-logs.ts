import type { Access, AccessRecord } from "../access.ts";

import { createLog, type LineSink, type Log } from "../log.ts";
import { formatAccessJson } from "./access-json.ts";
import { AccessLog } from "./access-log.ts";
import { formatAccessSquid } from "./access-squid.ts";
import type { AccessLogConfig, LogConfig } from "../config.ts";
import { LogFile } from "./log-file.ts";

export interface Logs {
  /** To the console, too: it is told what happens to the proxy, but not what clients ask for. */
  readonly log: Log;
  readonly access: Access;
  /** Writes what has been gathered; for the end of the process. */
  readonly flush: () => void;
  /** By log: lines that could not be kept or written. */
  readonly lostLines: () => Readonly<Record<"events" | "access", number>>;
}

/** A line, or some of them, is no larger than this part of a file. */
const batchesInFile = 4;
const maxBatchCharacters = 64 * 1024;

/** Opens the logs that a configuration names. What can't be opened is tried again as long as the proxy runs. */
export function openLogs(config: LogConfig, console: LineSink = () => {}): Logs {
  const events = new LogFile(config.file, config.maxBytes);
  const log = createLog([console, (line) => events.write(line)]);
  const access = config.access === undefined ? undefined : openAccessLog(config.access);
  return {
    log,
    access: (record) => access?.log.write(record),
    flush: () => access?.log.flush(),
    lostLines: () => ({ events: events.lostLines, access: access?.file.lostLines ?? 0 }),
  };
}

function openAccessLog({ file: path, maxBytes, format }: AccessLogConfig): {
  readonly log: AccessLog;
  readonly file: LogFile;
} {
  // Readers of squid's format know no other lines.
  const file = new LogFile(path, maxBytes, format === "squid" ? () => "" : undefined);
  const batchCharacters = Math.min(maxBatchCharacters, maxBytes / batchesInFile);
  const log = new AccessLog(formatters[format], (lines, count) => file.write(lines, count), batchCharacters);
  return { log, file };
}

const formatters: Readonly<Record<AccessLogConfig["format"], (record: AccessRecord) => string>> = {
  json: formatAccessJson,
  squid: formatAccessSquid,
};
