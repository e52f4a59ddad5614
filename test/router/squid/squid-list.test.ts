import test from "ava";
import { SquidList } from "../../../build/router/squid/squid-list.ts";
import type { ListFormat, PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import { readList } from "../../../proxy/src/policy/compile-policy.ts";
import { Problems } from "../../../proxy/src/policy/problems.ts";

/** A list of these entries, and what is wrong with them. */
async function listOf(format: ListFormat, ...entries: readonly string[]) {
  const list = new SquidList();
  const problems = new Problems();
  const policy: PolicyConfig = {
    ...{ default: "allow", timeZone: "UTC", groups: {}, schedules: {}, rules: [] },
    lists: { it: { format, entries } },
  };
  await readList(policy, "it", 0, list, { names: 0, texts: 0, patternsWithoutToken: 0 }, problems);
  return { list, problems: problems.first.map(({ fact }) => fact) };
}

test("a domain has a dot in front, a host of a hosts file hasn't", async (t) => {
  const domains = await listOf("domains", "Example.org", "*.example.net", "10.1.2.3");
  t.deepEqual([...domains.list.lines("names")].sort(), [".example.net", ".example.org", "10.1.2.3"]);
  const hosts = await listOf("hosts", "0.0.0.0 www.example.org ads.example.org", "127.0.0.1 localhost");
  t.deepEqual([...hosts.list.lines("names")].sort(), ["ads.example.org", "www.example.org"]);
});

test("a name that is below a domain of the list is left out, as squid doesn't start with both", async (t) => {
  const { list } = await listOf(
    "auto",
    "example.org",
    "www.example.org",
    "0.0.0.0 ads.example.org",
    "badexample.org",
  );
  t.deepEqual([...list.lines("names")].sort(), [".badexample.org", ".example.org"]);
});

test("names beyond ASCII and IPv6 addresses are as they are in URLs", async (t) => {
  const { list } = await listOf("domains", "müller.example", "2001:DB8:0:0::1");
  t.deepEqual([...list.lines("names")].sort(), [".xn--mller-kva.example", "[2001:db8::1]"]);
});

test("the beginning of a URL is looked for on the host and all below it, whatever the port", async (t) => {
  const { list } = await listOf("urls", "www.example/games/", "https://all.example");
  t.deepEqual([...list.lines("urls")].sort(), ["^http://([^/:]*\\.)?www\\.example(:[0-9]+)?/games/"]);
  t.deepEqual([...list.lines("names")].sort(), [".all.example"]);
});

test("an Adblock list's domains, patterns and exceptions each come into their own file", async (t) => {
  const { list, problems } = await listOf(
    "adblock",
    "||ads.example^",
    "@@||good.ads.example^",
    "||cdn.example^*.exe|",
    "/banner/*/ad^",
    "@@/banner/ours/",
    "example.org##.banner",
    "||ad*.example^",
    "@@||ad-free.*^",
  );
  t.deepEqual(problems, []);
  t.deepEqual([...list.lines("names")].sort(), [".ads.example"]);
  t.deepEqual([...list.lines("exceptedNames")].sort(), [".good.ads.example"]);
  t.deepEqual([...list.lines("patterns")].sort(), [
    "/banner/.*/ad([^a-z0-9_.%-]|$)",
    "^http://([^/:]*\\.)?ad.*\\.example([^a-z0-9_.%-]|$)",
    "^http://([^/:]*\\.)?cdn\\.example([^a-z0-9_.%-]|$).*\\.exe$",
  ]);
  t.deepEqual([...list.lines("exceptedPatterns")].sort(), [
    "/banner/ours/",
    "^http://([^/:]*\\.)?ad-free\\..*([^a-z0-9_.%-]|$)",
  ]);
  t.deepEqual([...list.lines("hostPatterns")].sort(), ["(^|\\.)ad.*\\.example$"]);
  t.deepEqual([...list.lines("exceptedHostPatterns")].sort(), ["(^|\\.)ad-free\\..*$"]);
});

test("what is wrong with a line is told, and the others count", async (t) => {
  const { list, problems } = await listOf("domains", "example.org", "no domain");
  t.is(problems.length, 1);
  t.deepEqual([...list.lines("names")].sort(), [".example.org"]);
});
