import test from "ava";
import { hostPattern, urlBeginning, urlPattern } from "../../../build/router/squid/squid-regex.ts";
import { anchors } from "../../../proxy/src/policy/table.ts";

/** POSIX's and JavaScript's expressions mean the same, as far as these go. */
const fits = (expression: string | undefined, text: string): boolean =>
  expression !== undefined && new RegExp(expression, "i").test(text);

test("the beginning of a URL is that of the path, on the host or below it", (t) => {
  const expression = urlBeginning("example.org", "/a.b");
  t.true(fits(expression, "http://example.org/a.b/c"));
  t.true(fits(expression, "http://www.example.org:8080/a.b"));
  t.false(fits(expression, "http://example.org/aXb"));
  t.false(fits(expression, "http://badexample.org/a.b"));
  t.false(fits(expression, "http://other.example/http://example.org/a.b"));
});

test("a pattern without anchors fits anywhere, and its signs are no expressions", (t) => {
  const expression = urlPattern("/ads?x=(1)*.gif", 0);
  t.true(fits(expression, "http://example.org/ads?x=(1)/y.gif"));
  t.false(fits(expression, "http://example.org/adsx=1/y.gif"));
});

test("^ is a separator or the end", (t) => {
  const expression = urlPattern("ad^", anchors.host);
  t.true(fits(expression, "http://ad/"));
  t.true(fits(expression, "http://www.ad:8080/"));
  t.false(fits(expression, "http://ad.example/"));
  t.false(fits(expression, "http://ads/"));
  t.false(fits(expression, "http://bad/"));
});

test("anchors hold a pattern at the beginning and at the end", (t) => {
  t.true(fits(urlPattern("http://a", anchors.start), "http://a.example/"));
  t.false(fits(urlPattern("http://a", anchors.start), "http://b.example/http://a"));
  t.true(fits(urlPattern(".exe", anchors.end), "http://a.example/x.exe"));
  t.false(fits(urlPattern(".exe", anchors.end), "http://a.example/x.exe/y"));
});

test("a name alone can fit what says nothing of a path", (t) => {
  t.true(fits(hostPattern("ad*.example^", anchors.host), "ads.example"));
  t.true(fits(hostPattern("ad*.example^", anchors.host), "www.ads.example"));
  t.false(fits(hostPattern("ad*.example^", anchors.host), "bads.example"));
  t.false(fits(hostPattern("ad*.example^", anchors.host), "ads.example.org"));
  t.true(fits(hostPattern("-banner-", 0), "x-banner-y.example"));
  t.is(hostPattern("example/ads", anchors.host), undefined);
  t.is(hostPattern("a^b", 0), undefined);
  t.is(hostPattern("http", anchors.start), undefined);
});

test("no expression begins with what squid takes for an option", (t) => {
  for (const glob of ["-banner-", "#y"]) t.regex(urlPattern(glob, 0), /^\[[-#]\]/);
});
