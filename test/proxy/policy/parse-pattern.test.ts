import test from "ava";
import { parsePattern } from "../../../proxy/src/policy/parse-pattern.ts";
import { anchors } from "../../../proxy/src/policy/table.ts";

test("a pattern that says no more than a domain is one", (t) => {
  const same = [
    "||a.test^",
    "||a.test",
    "||a.test/",
    "||a.test^*",
    "||a.test*",
    "||*.a.test^",
    "||.a.test^",
    "||a.test^|",
  ];
  for (const text of same) t.deepEqual(parsePattern(text), { domain: "a.test" }, text);
  for (const text of [
    "||a.test/x",
    "||a.test:80^",
    "||a.*^",
    "|a.test^",
    "a.test",
    "||a.test|",
    "||a.test/|",
    "||a*.test^",
    "||a",
    "||a*",
    "||a.*",
    "||a.test.",
    "||ad-",
  ])
    t.false(Object.hasOwn(Object(parsePattern(text)), "domain"), text);
});

test("an IPv6 address is in brackets", (t) => {
  t.deepEqual(parsePattern("||[2001:db8::1]^"), { domain: "[2001:db8::1]" });
});

test("anchors and stars at the ends are taken off, and what is not ASCII is as in a URL", (t) => {
  t.like(parsePattern("|http://A.test/|"), { anchors: anchors.start | anchors.end, glob: "http://a.test/" });
  t.like(parsePattern("||a.test/*x|"), { anchors: anchors.host | anchors.end, glob: "a.test/*x" });
  t.like(parsePattern("|**ads**|"), { anchors: 0, glob: "ads" });
  t.like(parsePattern("||*/x"), { anchors: anchors.host, glob: "*/x" });
  t.like(parsePattern("a|b||c"), { anchors: 0, glob: "a|b||c" });
  t.like(parsePattern("||münchen.test/straße"), { glob: "xn--mnchen-3ya.test/stra%c3%9fe" });
});

test("a token is a word between signs that are none of a word", (t) => {
  const tokens = (text: string) => Object(parsePattern(text)).tokens as unknown;
  t.deepEqual(tokens("/ads/banner."), ["ads", "banner"]);
  t.deepEqual(tokens("ads/banner"), []);
  t.deepEqual(tokens("^ads^"), ["ads"]);
  t.deepEqual(tokens("/ads*/b*/c_d-e/"), ["c", "d", "e"]);
  t.deepEqual(tokens("||ads.test/x"), ["ads", "test"]);
  t.deepEqual(tokens("|http://x|"), ["http", "x"]);
  t.deepEqual(tokens("%2fads?"), []);
});

test("what is no pattern is said to be none", (t) => {
  const fault = (text: string): string => {
    const pattern = parsePattern(text);
    return typeof pattern === "string" ? pattern : JSON.stringify(pattern);
  };
  t.regex(fault(""), /fits everything/);
  t.regex(fault("||*|"), /fits everything/);
  t.regex(fault("a b"), /no blanks/);
  t.regex(fault("a".repeat(513)), /at most 512/);
});
