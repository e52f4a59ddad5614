/** What becomes of a line of an Adblock list: a pattern, or why it isn't judged by. */
export type AdblockLine =
  | { readonly pattern: string; readonly isException: boolean }
  | { readonly skipped: SkippedRule };

export type SkippedRule = "hides elements" | "has options" | "is a regular expression";

/** Hiding elements, scripts and HTML filters: `example.org##.banner` and its relatives. */
const cosmetic = /#[@?$%]{0,3}#|#[@]?\$[?]?#|\$@?\$/;

/** Options that change nothing for whoever judges whole requests. Any other narrows the rule: to scripts, to third parties. */
const harmless = new Set(["all", "document", "doc", "popup", "network", "important"]);

/**
 * Reads a line of an Adblock list that is no comment. A rule that would have to know more than a URL is skipped,
 * or it would block too much: most `$third-party` rules are for sites that people also go to.
 */
export function readAdblock(line: string): AdblockLine {
  if (cosmetic.test(line)) return { skipped: "hides elements" };
  const isException = line.startsWith("@@");
  const rule = isException ? line.slice(2) : line;
  if (isRegularExpression(rule)) return { skipped: "is a regular expression" };
  const at = optionsStart(rule);
  const options = at < 0 ? [] : rule.slice(at + 1).split(",");
  if (!options.every((option) => harmless.has(option.toLowerCase()))) return { skipped: "has options" };
  return { pattern: at < 0 ? rule : rule.slice(0, at), isException };
}

/** `/ads/` could be one as well; as a pattern it says nearly the same. */
export function isRegularExpression(rule: string): boolean {
  const [, body] = /^\/(.+)\/(?:\$[^/]*)?$/.exec(rule) ?? [];
  return body !== undefined && /[\\()[\]{}+|$]|\.\*|\^/.test(body);
}

function optionsStart(rule: string): number {
  for (let at = rule.indexOf("$"); at >= 0; at = rule.indexOf("$", at + 1))
    if (/^~?[a-z0-9_-]+(?:[=,]|$)/i.test(rule.slice(at + 1))) return at;
  return -1;
}
