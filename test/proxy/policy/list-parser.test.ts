import test from "ava";
import { compilePolicy } from "../../../proxy/src/policy/compile-policy.ts";
import { limits } from "../../../proxy/src/policy/list-parser.ts";
import type { ListFormat } from "../../../proxy/src/policy/policy-config.ts";
import { blockedBy, listed, policyOfList } from "./policies.ts";

/** Line and fact of what is wrong. */
async function problemsOf(format: ListFormat, entries: readonly string[]): Promise<string[]> {
  const { problems } = await compilePolicy(policyOfList(format, entries));
  return problems.map(({ line, fact }) => `${line}: ${fact}`);
}

test("domains are had with all below them, hosts alone", async (t) => {
  const urls = [
    "http://a.test/",
    "http://www.a.test/x",
    "https://www.a.test",
    "http://ba.test/",
    "http://test/",
  ];
  t.deepEqual(await listed("domains", ["a.test"], urls), urls.slice(0, 3));
  t.deepEqual(await listed("hosts", ["0.0.0.0 a.test"], urls), urls.slice(0, 1));
});

test("names are the same in upper case, with dots around them, with a star before, and in Punycode", async (t) => {
  const spellings = ["A.Test", "a.test.", ".a.test", "*.a.test", "  a.test\t", "a.test # why", "a.test\r"];
  for (const entry of spellings)
    for (const format of ["domains", "auto"] as const)
      t.deepEqual(
        await listed(format, [entry], ["http://A.TEST./"]),
        ["http://A.TEST./"],
        `${format} ${entry}`,
      );
  const idn = ["http://xn--mnchen-3ya.test/"];
  for (const entry of ["münchen.test", "MÜNCHEN.test", "xn--mnchen-3ya.test", "||münchen.test^"])
    for (const format of ["auto", "adblock"] as const)
      t.deepEqual(await listed(format, [entry], idn), idn, `${format} ${entry}`);
});

test("comments and empty lines are no entries", async (t) => {
  const lines = ["", "  ", "# a.test", "! b.test", "\t# c.test", "#d.test", "[Adblock Plus 2.0]"];
  for (const format of ["hosts", "domains", "urls", "patterns", "adblock", "auto"] as const) {
    const { lists, problems } = await compilePolicy(
      policyOfList(format, lines.slice(0, format === "adblock" || format === "auto" ? 7 : 6)),
    );
    t.deepEqual(problems, []);
    t.like(lists[0], { names: 0, texts: 0 }, format);
  }
});

test("lines of hosts files have several names, and what names the machine itself is none", async (t) => {
  const entries = [
    "127.0.0.1 localhost localhost.localdomain",
    "::1 ip6-localhost",
    "0.0.0.0\ta.test  b.test#c.test",
    "0.0.0.0 0.0.0.0",
    "fe80::1%lo0 d.test",
  ];
  const urls = ["a", "b", "c", "d"].map((name) => `http://${name}.test/`);
  t.deepEqual(await listed("hosts", entries, urls), ["http://a.test/", "http://b.test/", "http://d.test/"]);
  t.deepEqual(await listed("auto", entries, urls), ["http://a.test/", "http://b.test/", "http://d.test/"]);
  t.deepEqual(await listed("hosts", entries, ["http://localhost/", "http://0.0.0.0/"]), []);
});

test("addresses are had by themselves, however they are spelled", async (t) => {
  const urls = [
    "http://192.0.2.1/",
    "http://1.192.0.2.1/",
    "http://[2001:db8::1]/",
    "http://[::ffff:192.0.2.1]/",
  ];
  t.deepEqual(await listed("domains", ["192.0.2.1", "2001:DB8:0::1"], urls), [urls[0], urls[2], urls[3]]);
  t.deepEqual(await listed("urls", ["[2001:DB8:0::1]/"], urls), [urls[2]]);
});

test("a URL has a host with all below it and the beginning of a path, in upper and lower case as it is", async (t) => {
  const urls = [
    "http://a.test/Ads/x",
    "http://w.a.test/Ads/",
    "http://a.test/ads/",
    "http://a.test/Ads",
    "https://a.test",
  ];
  for (const entry of [
    "a.test/Ads/",
    "http://a.test/Ads/",
    "HTTPS://A.test/%41ds/*",
    "a.test:80/x/../Ads/#top",
  ])
    for (const format of ["urls", "auto"] as const)
      t.deepEqual(await listed(format, [entry], urls), urls.slice(0, 2), `${format} ${entry}`);
  t.deepEqual(await listed("urls", ["a.test/"], urls), urls);
  t.deepEqual(await listed("urls", ["a.test"], urls), urls);
  t.deepEqual(await listed("urls", ["a.test?x"], ["http://a.test/?xy", "http://a.test/x"]), [
    "http://a.test/?xy",
  ]);
  t.deepEqual(await listed("urls", ["a.test/straße"], ["http://a.test/stra%C3%9Fe"]), [
    "http://a.test/stra%C3%9Fe",
  ]);
});

test("a URL with a port is had at that port", async (t) => {
  const urls = ["http://a.test:8080/x*y", "http://a.test/x*y", "http://a.test:8080/z", "https://a.test:8080"];
  t.deepEqual(await listed("urls", ["http://a.test:8080/x*y"], urls), urls.slice(0, 1));
  t.deepEqual(await listed("urls", ["a.test:8080"], urls), [urls[0], urls[2], urls[3]]);
});

test("exceptions outweigh entries of their own list, and no other's", async (t) => {
  const entries = ["||a.test^", "@@||good.a.test^", "@@||a.test/free/", "/ads/", "@@/ads/good/$document"];
  const urls = [
    "http://a.test/",
    "http://x.good.a.test/",
    "http://a.test/free/",
    "https://a.test",
    "http://b.test/ads/",
    "http://b.test/ads/good/",
  ];
  t.deepEqual(await listed("adblock", entries, urls), [urls[0], urls[3], urls[4]]);
});

test("an exception outweighs no other list's entries", async (t) => {
  const policy = policyOfList("auto", ["a.test"]);
  const other = { format: "auto" as const, entries: ["@@||a.test^"] };
  const compiled = await compilePolicy({ ...policy, lists: { ...policy.lists, other } });
  t.deepEqual(blockedBy(compiled, ["http://a.test/"]), ["http://a.test/"]);
});

test("of Adblock's lists, what can't be told from a URL is skipped and counted", async (t) => {
  const lines = [
    "[Adblock Plus 2.0]",
    "! Title: a list",
    "##.banner",
    "a.test##.banner",
    "a.test#@#.banner",
    "a.test#?#div:has(p)",
    "a.test$$script",
    "||a.test^$third-party",
    "||a.test^$script,domain=b.test|c.test",
    "@@||a.test^$generichide",
    "/^https?:\\/\\/a\\.test/$script",
    "/ban(ner)?s/",
    "||b.test^$important",
    "||c.test^$all,popup",
    "0.0.0.0 d.test",
    "e.test",
    "/f$oo/",
  ];
  const compiled = await compilePolicy(policyOfList("auto", lines));
  t.deepEqual(compiled.problems, []);
  t.deepEqual(
    [...(compiled.lists[0]?.skipped ?? [])],
    [
      ["hides elements", 5],
      ["has options", 3],
      ["is a regular expression", 3],
    ],
  );
  t.like(compiled.lists[0], { names: 4, texts: 0 });
});

test("by its looks a line is a domain, a hosts line, a URL or a pattern", async (t) => {
  const cases: readonly (readonly [entry: string, fitting: string, other: string])[] = [
    ["a.test", "https://www.a.test", "http://b.test/a.test"],
    ["0.0.0.0 a.test", "https://a.test", "https://www.a.test"],
    ["a.test/Ads", "http://www.a.test/Ads", "http://www.a.test/ads"],
    ["/ads/", "http://a.test/x/ADS/", "http://a.test/ads"],
    ["-banner-", "http://a.test/x-banner-1", "http://a.test/banner"],
    ["||a.test^", "https://www.a.test", "http://ba.test/"],
    ["a*z", "http://a.test/z", "http://z.test/a"],
    ["&ad=", "http://b.test/?x&ad=1", "http://b.test/?ad=1"],
    ["|http://a.", "http://a.test/", "http://b.a.test/"],
  ];
  for (const [entry, fitting, other] of cases)
    t.deepEqual(await listed("auto", [entry], [fitting, other]), [fitting], entry);
});

test("what is wrong with a line is said with its number, and the other lines count", async (t) => {
  const entries = ["a.test", "b test", "c..test", "-", "d.test/x", "x".repeat(64), "1.2.3", "a.test:80"];
  t.deepEqual(await problemsOf("domains", entries), [
    '2: is no domain: "b test"',
    '3: is no domain: "c..test"',
    '5: is no domain: "d.test/x"',
    `6: is no domain: "${"x".repeat(64)}"`,
    '7: is no domain: "1.2.3"',
    '8: is no domain: "a.test:80"',
  ]);
  t.deepEqual(await problemsOf("hosts", ["a.test", "0.0.0.0", "0.0.0.0 a.test b/c d.test"]), [
    `1: doesn't begin with an address: "a.test"`,
    '2: has an address without a name: "0.0.0.0"',
    '3: is no host: "b/c"',
  ]);
  t.deepEqual(
    await problemsOf("urls", ["/x", "u@a.test/", "a.test:x/", "a b/c", `a.test/${"x".repeat(2000)}`]),
    [
      '1: is no host with the beginning of a path: "/x"',
      '2: is no host with the beginning of a path: "u@a.test/"',
      '3: is no host with the beginning of a path: "a.test:x/"',
      '4: is no host with the beginning of a path: "a b/c"',
      `5: a path has at most 1536 characters: "a.test/${"x".repeat(73)}…"`,
    ],
  );
  t.deepEqual(await problemsOf("patterns", ["*", "a b", "/a(b)/", "||-..^"]), [
    '1: fits everything: a rule without lists does that: "*"',
    '2: a pattern has no blanks: "a b"',
    '3: is a regular expression, which patterns are not: "/a(b)/"',
    '4: is no domain: "-.."',
  ]);
});

test.serial(
  "a policy that is too large for a router is refused by number, and what fits counts",
  async (t) => {
    const before = { ...limits };
    Object.assign(limits, { names: 2, texts: 2, patternsWithoutToken: 1 });
    t.teardown(() => Object.assign(limits, before));
    t.deepEqual(await problemsOf("domains", ["a.test", "b.test", "c.test"]), [
      "3: is one domain more than 2",
    ]);
    t.deepEqual(await problemsOf("patterns", ["/a/", "/b/", "/c/"]), [
      "3: is one pattern or URL more than 2",
    ]);
    const fact = "is one pattern more than 1 without a word between separators to find it by";
    t.deepEqual(await problemsOf("patterns", ["abc", "/b/", "def"]), [`3: ${fact}: "def"`]);
  },
);
