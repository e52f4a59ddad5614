import type { Access, AccessRecord } from "../access.ts";
import type { AccessLogConfig, LogConfig } from "../config.ts";
import { createLog, type LineSink, type Log } from "../log.ts";
import { formatAccessJson } from "./access-json.ts";
import { AccessLog } from "./access-log.ts";
import { formatAccessSquid } from "./access-squid.ts";
import { LogFile } from "./log-file.ts";
import { Syslog } from "./syslog.ts";

export interface Logs {
  /** To the console, too: it is told what happens to the proxy, but not what clients ask for. */
  readonly log: Log;
  readonly access: Access;
  /** Writes what has been gathered; for the end of the process. */
  readonly flush: () => void;
  /** By log: lines that could not be kept, written or sent. */
  readonly lostLines: () => Readonly<Record<"events" | "access" | "syslog", number>>;
}

/** A batch of lines is no larger than this part of a file. */
const batchesInFile = 4;
const maxBatchCharacters = 64 * 1024;
/** Of a URL; a line then fits into an Ethernet frame, and no part of it gets lost by itself. */
const maxSyslogUrl = 900;

/** Opens the logs that a configuration names. What can't be opened is tried again as long as the proxy runs. */
export function openLogs(config: LogConfig, console: LineSink = () => {}): Logs {
  const events = new LogFile(config.file, config.maxBytes);
  const log = createLog([console, (line) => events.write(line)]);
  const access = config.access === undefined ? undefined : openAccessLog(config.access);
  return {
    log,
    access: (record) => access?.write(record),
    flush: () => access?.flush(),
    lostLines: () => ({ events: events.lostLines, access: 0, syslog: 0, ...access?.lostLines() }),
  };
}

function openAccessLog({ file: path, maxBytes, format: name, syslog: host }: AccessLogConfig) {
  const format = formatters[name];
  // Readers of squid's format know no other lines.
  const file = new LogFile(path, maxBytes, name === "squid" ? () => "" : undefined);
  const batchCharacters = Math.min(maxBatchCharacters, maxBytes / batchesInFile);
  const log = new AccessLog(format, (lines, count) => file.write(lines, count), batchCharacters);
  const syslog = host === undefined ? undefined : new Syslog(host);
  return {
    write(record: AccessRecord): void {
      log.write(record);
      syslog?.write(format(withShortUrl(record)), record.startedMs + record.durationMs);
    },
    flush: () => log.flush(),
    lostLines: () => ({ access: file.lostLines, syslog: syslog?.lostLines ?? 0 }),
  };
}

function withShortUrl(record: AccessRecord): AccessRecord {
  const { url } = record;
  return url === undefined || url.length <= maxSyslogUrl
    ? record
    : { ...record, url: url.slice(0, maxSyslogUrl) };
}

const formatters: Readonly<Record<AccessLogConfig["format"], (record: AccessRecord) => string>> = {
  json: formatAccessJson,
  squid: formatAccessSquid,
};
