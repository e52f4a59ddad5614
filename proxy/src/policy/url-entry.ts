import { seenBytes, writePath } from "./seen-url.ts";

/** A line of a list of URLs; `path` as lists see it, undefined for all that the host has. */
export interface UrlEntry {
  readonly host: string;
  readonly port: string | undefined;
  readonly path: Uint8Array | undefined;
}

/** What is left for a path beside the longest host. */
const mostBytes = seenBytes - 512;

/** Reads a host and the beginning of a path; a scheme before it is overlooked. A text says what is wrong. */
export function readUrlEntry(text: string): UrlEntry | string {
  const [, host, port, rest] =
    /^(?:https?:\/\/)?(\[[^\]]*\]|[^\s/:?#@]*)(?::(\d{1,5}))?([/?][^\s]*)?$/i.exec(text) ?? [];
  if (host === undefined || host === "") return "is no host with the beginning of a path";
  const written = escape((rest ?? "/").replace(/#.*$/, "").replace(/\*+$/, ""));
  const path = new Uint8Array(seenBytes + 3);
  const end = writePath(written.startsWith("?") ? `/${written}` : written, path, 0);
  if (end < 0 || end > mostBytes) return `a path has at most ${mostBytes} characters`;
  return { host, port, path: end > 1 ? path.slice(0, end) : undefined };
}

/** What isn't ASCII as browsers send it: UTF-8, escaped. */
function escape(text: string): string {
  return text.replaceAll(/[^\0-\x7f]+/g, (part) => encodeURIComponent(part.toWellFormed()));
}
