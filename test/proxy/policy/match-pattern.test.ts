import test from "ava";
import { matchesPattern } from "../../../proxy/src/policy/match-pattern.ts";
import { parsePattern } from "../../../proxy/src/policy/parse-pattern.ts";
import { bareHost, SeenUrl } from "../../../proxy/src/policy/seen-url.ts";
import { listed, questionOf } from "./policies.ts";
import { randomNumbers } from "./random-policies.ts";

const seen = new SeenUrl();

/** Undefined for what is no pattern, or a domain. */
function fits(text: string, url: string): boolean | undefined {
  const pattern = parsePattern(text);
  if (typeof pattern === "string" || "domain" in pattern) return undefined;
  const question = questionOf(url);
  seen.read(bareHost(question.host), question);
  const glob = Buffer.from(pattern.glob, "latin1");
  return matchesPattern(seen, glob, 0, glob.length, pattern.anchors);
}

/** What Adblock Plus says that a pattern means. */
function asRegExp(pattern: string): RegExp {
  const [, start = "", body = "", end = ""] =
    /^(\|{0,2})(.*?)(\|?)$/.exec(pattern.replace(/\^\|$/, "^")) ?? [];
  const meaning = (sign: string): string => {
    if (sign === "*") return ".*";
    return sign === "^" ? String.raw`(?:[^\w.%-]|$)` : RegExp.escape(sign);
  };
  const begins = { "": "", "|": "^", "||": String.raw`^\w+://(?:[^/:]*\.)?` }[start] ?? "";
  return new RegExp(begins + body.replaceAll(/./g, meaning) + (end === "" ? "" : "$"), "i");
}

test("each sign of a pattern means what it means to Adblock Plus", async (t) => {
  const urls = [
    "http://ads.example.org/banner/x.gif?a=1",
    "http://example.org/ads/",
    "http://bad-example.org:8080/Banner",
  ];
  const [gif = "", ads = "", banner = ""] = urls;
  const cases: readonly (readonly [pattern: string, fitting: readonly string[]])[] = [
    ["banner", [gif, banner]],
    ["/BANNER/*.gif", [gif]],
    ["||example.org/ads", [ads]],
    ["||org/ads", [ads]],
    ["||ample.org/", []],
    ["||ads^", []],
    ["||ads.*^", [gif]],
    ["|http://bad-", [banner]],
    ["|bad-", []],
    ["/ads/|", [ads]],
    ["banner|", [banner]],
    ["^banner^", [gif, banner]],
    ["^banner^x", [gif]],
    ["example.org^8080^", [banner]],
    ["ads^example", []],
    ["-example", [banner]],
    ["*example*a=1*", [gif]],
    ["ads*ads", []],
    ["http*://*ads*/", [gif, ads]],
  ];
  for (const [pattern, fitting] of cases)
    t.deepEqual(await listed("patterns", [pattern], urls), fitting, pattern);
});

test("random patterns fit as regular expressions of the same meaning do", (t) => {
  const next = randomNumbers(11);
  const one = (of: string): string => of.charAt(Math.floor(next() * of.length));
  const text = (of: string, most: number): string =>
    Array.from({ length: next() * most }, () => one(of)).join("");
  const counts = { fit: 0, other: 0 };
  for (let count = 0; count < 60_000; count++) {
    const pattern =
      ["", "", "|", "||", "|http://"].at(next() * 5)! + text("ab*^./_", 7) + ["", "", "|"].at(next() * 3)!;
    const url = `http://${text("ab.", 4)}a${next() < 0.2 ? ":8080" : ""}/${text("ab/._?", 6)}`;
    const result = fits(pattern, url);
    if (result === undefined || url.includes("/.")) continue;
    if (result !== asRegExp(pattern).test(url)) t.fail(`${pattern} fits ${url}: ${result}`);
    counts[result ? "fit" : "other"]++;
  }
  t.true(counts.fit > 3000 && counts.other > 3000, JSON.stringify(counts));
});

test("a pattern that could take long takes no longer than its length times the URL's", (t) => {
  const started = process.cpuUsage().user;
  const path = "a".repeat(1900);
  for (let count = 0; count < 10; count++) t.false(fits(`${"a*".repeat(250)}b`, `http://x.example/${path}`));
  t.true(
    process.cpuUsage().user - started < 2_000_000,
    "microseconds; a regular expression would take years",
  );
});

test("where only the host is seen, a pattern fits if it would whatever follows", (t) => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["casino", true],
    ["||casino.*^", true],
    ["||my.casino.example/", true],
    ["|https://*casino", true],
    ["casino*^", true],
    ["|http://", false],
    ["casino.example/a", false],
    ["casino.example/^", false],
    ["casino.example/|", false],
    ["casino.example/*|", true],
  ];
  for (const [pattern, fitting] of cases) {
    const result = fits(pattern, "https://my.casino.example") ?? "domain";
    t.true(result === fitting || result === "domain", pattern);
  }
});
