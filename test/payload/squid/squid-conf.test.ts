/** What is printed for squid, as a reviewer reads it: `npm run goldens` refreshes it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { readSite, type Site } from "../../../build/config/site.ts";
import { run } from "../../../build/core/run.ts";
import { renderConfiguration } from "../../../build/payload/configuration.ts";
import { proxyConfiguration } from "../../../build/payload/proxy-configuration.ts";
import { listeningPorts, printSquidConf } from "../../../build/payload/squid/squid-conf.ts";
import { assertGolden } from "../../golden.ts";
import { planOf, richSite } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { setupOf, textOf } from "../setup-files.ts";

const { metricsPort: _, ...proxy } = richSite.proxy;
const noPolicy: Site["policy"] = {
  default: "allow",
  timeZone: "UTC",
  groups: {},
  schedules: {},
  lists: {},
  rules: [],
};
const squidSite = {
  capture: richSite.capture.filter(({ carries }) => carries !== "raw"),
  policy: noPolicy,
  proxy: { ...proxy, engine: "squid", hostCheck: "block", log: { format: "squid", KiB: 1024 } },
} satisfies Partial<Site>;
const asked: Partial<Site> = { ...squidSite, transparency: { client: false, server: false } };

const noRule = { groups: [], schedules: [], lists: [], domains: [], urls: [], patterns: [], methods: [] };

const sites: Readonly<Record<string, Partial<Site>>> = {
  captured: squidSite,
  "captured-http-as-router": {
    ...squidSite,
    capture: [{ port: 80, carries: "http" }],
    ipv6: { handling: "block" },
    transparency: { client: true, server: false },
  },
  asked,
  policy: {
    ...squidSite,
    ipv6: { handling: "block" },
    exempt: { clients: [], destinations: [] },
    policy: {
      ...richSite.policy,
      groups: { ...richSite.policy.groups, teachers: { clients: ["10.1.2.9"], macs: [] } },
      rules: [
        { ...noRule, name: "teachers may", action: "allow", groups: ["teachers"] },
        ...richSite.policy.rules,
        { ...noRule, name: "no games", action: "block", lists: ["local", "games"] },
      ],
    },
  },
  strict: {
    ...squidSite,
    policy: { ...noPolicy, default: "block" },
    proxy: {
      ...squidSite.proxy,
      maxConnectionsPerClient: 100,
      http: { upgrade: "block", h2c: "block", notHttp: "allow", headKiB: 16 },
      tls: { withoutName: "block", ech: "judge", notTls: "allow" },
    },
  },
};

const print = (changes: Partial<Site>): string => {
  const plan = planOf(changes);
  return printSquidConf(plan, proxyConfiguration(plan));
};

for (const [name, changes] of Object.entries(sites)) {
  test(`${name}: squid.conf is printed as it was reviewed`, async (t) => {
    await assertGolden(t, `squid/${name}.conf`, print(changes));
  });
}

test("the goldens are of sites that a file can say", async (t) => {
  const file = join(await temporaryFolder(t), "site.yaml");
  for (const [name, changes] of Object.entries(sites)) {
    const site = { ...richSite, ...changes };
    await writeFile(file, JSON.stringify(site));
    t.deepEqual(await readSite(file), site, name);
  }
});

test("TLS comes to a port of its own, where it is captured; a port that is asked takes all", (t) => {
  t.deepEqual(listeningPorts(planOf(squidSite).network), [3129, 3130, 3131]);
  t.deepEqual(
    listeningPorts(planOf({ ...squidSite, capture: [{ port: 80, carries: "http" }] }).network),
    [3129, 3131],
  );
  t.deepEqual(listeningPorts(planOf(asked).network), [3129]);
  for (const dialect of ["legacy", "nft"] as const) {
    const rules = setupOf({ ...squidSite, dialect }).get("capture.start") ?? "";
    t.regex(rules, /dports? 80 .*(on-port |to :)3129/, dialect);
    t.regex(rules, /dports? 443 .*(on-port |to :)3130/, dialect);
  }
  t.notRegex(setupOf({ capture: squidSite.capture ?? [] }).get("capture.start") ?? "", /3130/);
});

test("a set-up has the files of its own engine", (t) => {
  const files = setupOf(squidSite);
  t.true(files.has("squid.conf"));
  t.false(files.has("proxy.json"));
  t.regex(files.get("facts") ?? "", /^ENGINE='squid'\n(.*\n)*SQUID_PORTS='3129 3130 3131'$/m);
  const others = setupOf({});
  t.true(others.has("proxy.json"));
  t.false(others.has("squid.conf"));
  t.notRegex(others.get("facts") ?? "", /SQUID/);
});

test("what lists and pages are made of comes with a policy that has any", (t) => {
  t.false(setupOf(sites["captured"] ?? {}).has("policy.json"));
  for (const name of ["policy", "strict"]) {
    const { policy } = proxyConfiguration(planOf(sites[name] ?? {}));
    t.deepEqual(JSON.parse(setupOf(sites[name] ?? {}).get("policy.json") ?? ""), policy, name);
  }
});

test("an image for squid has its scripts, which a shell can read; another has none of it", async (t) => {
  const own = new Map((await renderConfiguration(planOf(squidSite))).map((entry) => [entry.path, entry]));
  const others = new Set((await renderConfiguration(planOf({}))).map(({ path }) => path));
  for (const name of ["engines/squid", "engines/squid-lists", "engines/squid.pem"]) {
    const path = `/usr/lib/halfbridge/${name}`;
    t.true(own.has(path), path);
    t.false(others.has(path), path);
    const text = textOf(own.get(path));
    if (text.startsWith("#!")) await t.notThrowsAsync(run(["sh", "-n"], { input: text }), path);
  }
  t.regex(print(squidSite), /tls-cert=\/usr\/lib\/halfbridge\/engines\/squid\.pem /);
  t.true(own.has("/etc/init.d/S08squid"));
});

test("squid has no more descriptors than the supervisor allows it", (t) => {
  const descriptors = /^DESCRIPTORS='(\d+)'$/m.exec(setupOf(squidSite).get("facts") ?? "")?.[1];
  const wanted = /^max_filedescriptors (\d+)$/m.exec(print(squidSite))?.[1];
  t.true(Number(wanted) > 2 * richSite.proxy.maxConnections);
  t.true(Number(wanted) <= Number(descriptors));
});
