import { anchors } from "../../../proxy/src/policy/table.ts";

/*
 * POSIX's extended regular expressions (regex(7)) for squid, which holds them against `http://host/path`, with
 * `:port` unless it is 80, and against names of TLS.
 */

/** The beginning of a path on a host and all below it. Upper and lower case differ. */
export const urlBeginning = (host: string, path: string): string =>
  `^http://([^/:]*\\.)?${escape(host)}(:[0-9]+)?${escape(path)}`;

/** An Adblock pattern's glob: `*` is anything, `^` a separator or the end. Case doesn't matter. */
export function urlPattern(glob: string, anchored: number): string {
  const start =
    (anchored & anchors.host) !== 0 ? "^http://([^/:]*\\.)?" : (anchored & anchors.start) !== 0 ? "^" : "";
  const end = (anchored & anchors.end) !== 0 ? "$" : "";
  return guard(start + translate(glob) + end);
}

/** The same for a name alone; undefined where a name can't fit. */
export function hostPattern(glob: string, anchored: number): string | undefined {
  if ((anchored & anchors.start) !== 0) return undefined;
  const [, before = "", middle = "", after = ""] = /^(\^?)(.*?)(\^?)$/.exec(glob) ?? [];
  if (middle === "" || /[^\w.*-]/.test(middle)) return undefined;
  const start = before === "^" ? "^" : (anchored & anchors.host) !== 0 ? "(^|\\.)" : "";
  return guard(start + translate(middle) + (after === "^" ? "$" : ""));
}

const separator = "([^a-z0-9_.%-]|$)";

const translate = (glob: string): string =>
  glob
    .split("*")
    .map((part) => part.split("^").map(escape).join(separator))
    .join(".*");

const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** At a line's beginning squid takes these for options. */
const guard = (expression: string): string => expression.replace(/^[-#]/, "[$&]");
