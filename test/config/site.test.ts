import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { readSite } from "../../build/config/site.ts";
import { InputError } from "../../build/core/faults.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const capture = [{ port: 80, carries: "http" }];
const sound = {
  name: "lab",
  mode: "half-bridge",
  dialect: "legacy",
  lan: "10.1.2.0/24",
  router: "10.1.2.2",
  ispRouter: "10.1.2.1",
  capture,
};
const ipv6 = {
  handling: "route",
  lan: "2001:db8:1:2::/64",
  router: "2001:db8:1:2::2",
  ispRouter: "2001:db8:1:2::1",
};

async function siteFile(t: ExecutionContext, content: object | string): Promise<string> {
  const file = join(await temporaryFolder(t), "site.yaml");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** All faults of a site file, each as `PATH: FACT (HINT)`, sorted; none for a sound one. */
async function faultsOf(t: ExecutionContext, content: object | string): Promise<string[]> {
  try {
    await readSite(await siteFile(t, content));
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults
      .map(({ path, fact, hint }) => `${path}: ${fact}${hint === undefined ? "" : ` (${hint})`}`)
      .sort();
  }
}

async function faultPaths(t: ExecutionContext, content: object | string): Promise<string[]> {
  return (await faultsOf(t, content)).map((fault) => fault.split(": ")[0] ?? "");
}

/** The one fault of a site that is sound but for `changes`. */
async function faultAfter(t: ExecutionContext, changes: object): Promise<string> {
  const faults = await faultsOf(t, { ...sound, ...changes });
  t.is(faults.length, 1, faults.join("\n"));
  return faults[0] ?? "";
}

test("a sound site is read, and all that it leaves out has its default", async (t) => {
  t.deepEqual(await readSite(await siteFile(t, sound)), {
    name: "lab",
    hostname: "halfbridge",
    mode: "half-bridge",
    dialect: "legacy",
    arp: "answer",
    lan: "10.1.2.0/24",
    router: "10.1.2.2",
    ispRouter: "10.1.2.1",
    ipv6: { handling: "block" },
    transparency: { client: true, server: true },
    capture: [{ port: 80, carries: "http" }],
    exempt: { clients: [], destinations: [] },
    failMode: "closed",
    ispMtu: 1500,
    proxy: {
      port: 3129,
      resolvers: [],
      connectTimeoutSeconds: 10,
      idleTimeoutSeconds: 300,
      maxConnections: 4096,
      logKiB: 1024,
    },
    console: "log-only",
  });
});

test("a site that says a part of a group has the defaults of the rest", async (t) => {
  const site = await readSite(
    await siteFile(t, {
      ...sound,
      transparency: { server: false },
      exempt: { clients: ["10.1.2.9"] },
      proxy: { port: 8080 },
    }),
  );
  t.deepEqual(site.transparency, { client: true, server: false });
  t.deepEqual(site.exempt, { clients: ["10.1.2.9"], destinations: [] });
  t.like(site.proxy, { port: 8080, idleTimeoutSeconds: 300 });
});

test("every fault of a file's shape is told in one run", async (t) => {
  t.deepEqual(
    await faultPaths(t, {
      ...sound,
      ispRouter: undefined,
      mode: "bridge",
      capture: [80, { port: 0, carries: "http" }, { port: 443 }],
      failMode: "ajar",
      ispMtu: 9000,
      prxy: {},
    }),
    [
      "/capture/0",
      "/capture/1/port",
      "/capture/2/carries",
      "/failMode",
      "/ispMtu",
      "/ispRouter",
      "/mode",
      "/prxy",
    ],
  );
});

test("every fault that a shape can't show is told in one run, besides keys that aren't known", async (t) => {
  const faulty = {
    ...sound,
    mode: "proxy-arp",
    dialect: "ebtables-nft",
    arp: "bridge",
    lan: "10.1.2.7/24",
    router: "10.1.3.2",
    ispRouter: "10.1.2.255",
    ipv6: { handling: "bridge", router: "2001:db8::2" },
    capture: [...capture, { port: 443, carries: "tls" }, { port: 80, carries: "raw" }],
    exempt: { clients: ["10.9.9.9"], destinations: ["300.1.1.1", "2001:db8::/32"] },
    proxy: { port: 1080, resolvers: ["10.0.0.256"] },
    extra: true,
  };
  t.deepEqual(
    await faultPaths(t, { ...faulty, capture: [...faulty.capture, { port: 1080, carries: "http" }] }),
    [
      "/arp",
      "/capture/2/port",
      "/dialect",
      "/exempt/clients/0",
      "/exempt/destinations/0",
      "/exempt/destinations/1",
      "/extra",
      "/ipv6/handling",
      "/ipv6/router",
      "/ispRouter",
      "/lan",
      "/proxy/port",
      "/proxy/resolvers/0",
      "/router",
    ],
  );
});

test("an unknown key is refused with the nearest known one", async (t) => {
  t.regex(
    await faultAfter(t, { ruoter: "10.1.2.3" }),
    /^\/ruoter: is not a known key \(did you mean router\?/,
  );
});

test("captured ports in the form that had numbers only are refused with the form to write", async (t) => {
  t.is(
    await faultAfter(t, { capture: [80] }),
    "/capture/0: must be object, and is 80 (example: { port: 80, carries: http })",
  );
  t.is(
    await faultAfter(t, { capture: 80 }),
    "/capture: must be array, and is 80 (example: [ { port: 80, carries: http } ])",
  );
});

test("ebtables-nft is refused with what it does instead", async (t) => {
  t.regex(
    await faultAfter(t, { dialect: "ebtables-nft" }),
    /^\/dialect: is ebtables-nft, .*becomes a real drop.*\(nft says the same/,
  );
});

test("bridged ARP is refused outside the half bridge, with what ARP does there", async (t) => {
  t.deepEqual(await faultsOf(t, { ...sound, arp: "bridge" }), []);
  t.regex(
    await faultAfter(t, { arp: "bridge", mode: "proxy-arp" }),
    /^\/arp: .* no bridge that ARP could cross/,
  );
  for (const mode of ["bridge-broute", "bridge-dnat"]) {
    t.regex(
      await faultAfter(t, { arp: "bridge", mode }),
      new RegExp(`^/arp: is bridge, but in ${mode} all ARP crosses the bridge as it is`),
    );
  }
});

test("bridged IPv6 is refused where there is no bridge, and only there", async (t) => {
  for (const mode of ["half-bridge", "bridge-broute", "bridge-dnat"])
    t.deepEqual(await faultsOf(t, { ...sound, mode, ipv6: { handling: "bridge" } }), []);
  t.regex(
    await faultAfter(t, { mode: "proxy-arp", ipv6: { handling: "bridge" } }),
    /^\/ipv6\/handling: .* no bridge that IPv6 could cross/,
  );
});

test("routed IPv6 needs all three of its addresses", async (t) => {
  t.deepEqual(await faultsOf(t, { ...sound, ipv6 }), []);
  for (const key of ["lan", "router", "ispRouter"]) {
    t.regex(
      await faultAfter(t, { ipv6: { ...ipv6, [key]: undefined } }),
      new RegExp(`^/ipv6/${key}: is missing: it is needed to route IPv6`),
    );
  }
  t.deepEqual(await faultPaths(t, { ...sound, ipv6: { handling: "route" } }), [
    "/ipv6/ispRouter",
    "/ipv6/lan",
    "/ipv6/router",
  ]);
});

test("IPv6 addresses are refused where IPv6 isn't routed: nobody would see that they are ignored", async (t) => {
  for (const handling of ["block", "bridge"]) {
    t.deepEqual(await faultPaths(t, { ...sound, ipv6: { ...ipv6, handling } }), [
      "/ipv6/ispRouter",
      "/ipv6/lan",
      "/ipv6/router",
    ]);
  }
});

test("IPv6 addresses are written in their shortest form, which the fault tells", async (t) => {
  t.is(
    await faultAfter(t, { ipv6: { ...ipv6, router: "2001:DB8:1:2:0::2" } }),
    "/ipv6/router: is written 2001:DB8:1:2:0::2 (its shortest form is 2001:db8:1:2::2)",
  );
  t.is(
    await faultAfter(t, { ipv6: { ...ipv6, lan: "2001:db8:1:2::7/64" } }),
    "/ipv6/lan: is written 2001:db8:1:2::7/64 (the prefix, in its shortest form, is 2001:db8:1:2::/64)",
  );
});

test("IPv6 routers are inside a prefix that has room for hosts, distinct, and not its anycast address", async (t) => {
  const after = (changes: object) => faultPaths(t, { ...sound, ipv6: { ...ipv6, ...changes } });
  t.deepEqual(await after({ router: "2001:db8:1:3::2" }), ["/ipv6/router"]);
  t.deepEqual(await after({ ispRouter: "2001:db8:1:2::" }), ["/ipv6/ispRouter"]);
  t.deepEqual(await after({ ispRouter: ipv6.router }), ["/ipv6/ispRouter"]);
  t.deepEqual(await after({ router: "2001:db8:1:2::2::" }), ["/ipv6/router"]);
  t.deepEqual(await after({ lan: "2001:db8:1:2::/129" }), ["/ipv6/lan"]);
  t.deepEqual(await after({ lan: "2001:db8:1:2::/125" }), ["/ipv6/lan"]);
});

test("both routers have to be inside the LAN's prefix, distinct, and usable addresses", async (t) => {
  t.deepEqual(await faultPaths(t, { ...sound, router: "10.1.3.2" }), ["/router"]);
  t.deepEqual(await faultPaths(t, { ...sound, ispRouter: "192.0.2.1" }), ["/ispRouter"]);
  t.deepEqual(await faultPaths(t, { ...sound, ispRouter: "10.1.2.2" }), ["/ispRouter"]);
  t.deepEqual(await faultPaths(t, { ...sound, router: "10.1.2.255" }), ["/router"]);
  t.deepEqual(await faultPaths(t, { ...sound, ispRouter: "10.1.2.0" }), ["/ispRouter"]);
  t.deepEqual(await faultPaths(t, { ...sound, router: "10.1.2.300" }), ["/router"]);
});

test("the LAN is a prefix without host bits that holds routers and clients", async (t) => {
  t.deepEqual(await faultPaths(t, { ...sound, lan: "10.1.2.1/24" }), ["/lan"]);
  t.true((await faultPaths(t, { ...sound, lan: "10.1.2.0/30" })).includes("/lan"));
  t.true((await faultPaths(t, { ...sound, lan: "10.1.2.0/33" })).includes("/lan"));
});

test("a port is captured once, and the proxy's own not at all", async (t) => {
  t.is(
    await faultAfter(t, { capture: [...capture, { port: 80, carries: "raw" }] }),
    "/capture/1/port: is there twice: 80 (name each port once)",
  );
  t.regex(
    await faultAfter(t, { capture: [...capture, { port: 8080, carries: "http" }], proxy: { port: 8080 } }),
    /^\/proxy\/port: is a captured port as well: 8080/,
  );
});

test("more ports than one multiport match holds are refused", async (t) => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ port: 1 + index, carries: "raw" }));
  t.deepEqual(await faultsOf(t, { ...sound, capture: many(15) }), []);
  t.deepEqual(await faultPaths(t, { ...sound, capture: many(16) }), ["/capture"]);
});

test("exempt clients are of the LAN, all of them", async (t) => {
  const after = (clients: string[], more: object = {}) =>
    faultPaths(t, { ...sound, ...more, exempt: { clients } });
  t.deepEqual(await after(["10.1.2.9", "10.1.2.64/26"]), []);
  t.deepEqual(await after(["10.1.3.9"]), ["/exempt/clients/0"]);
  t.deepEqual(await after(["10.0.0.0/8"]), ["/exempt/clients/0"]);
  t.deepEqual(await after(["10.1.2.0/23"]), ["/exempt/clients/0"]);
  t.deepEqual(await after(["2001:db8:1:2::9", "2001:db8:1:2:8::/80"], { ipv6 }), []);
  t.deepEqual(await after(["2001:db8:1:3::9"], { ipv6 }), ["/exempt/clients/0"]);
  t.deepEqual(await after(["2001:db8:1:2::/63"], { ipv6 }), ["/exempt/clients/0"]);
});

test("exempt destinations may be anywhere, in a family that is routed", async (t) => {
  const exempt = { destinations: ["198.51.100.7", "2001:db8:9::/48"] };
  t.deepEqual(await faultsOf(t, { ...sound, ipv6, exempt }), []);
  t.regex(
    await faultAfter(t, { exempt }),
    /^\/exempt\/destinations\/1: is 2001:db8:9::\/48, but IPv6 isn't routed/,
  );
});

test("who is exempt is written in the shortest form, without host bits", async (t) => {
  t.is(
    await faultAfter(t, { exempt: { destinations: ["198.51.100.7/24"] } }),
    "/exempt/destinations/0: is written 198.51.100.7/24 (in its shortest form, without host bits, it is 198.51.100.0/24)",
  );
  t.regex(
    await faultAfter(t, { ipv6, exempt: { clients: ["2001:db8:1:2:0:0:0:9"] } }),
    /it is 2001:db8:1:2::9\)$/,
  );
  t.regex(
    await faultAfter(t, { exempt: { clients: ["10.1.2"] } }),
    /is neither an address nor a prefix: 10\.1\.2/,
  );
});

test("a half-given IPv6 doesn't keep the exempt from being checked", async (t) => {
  t.deepEqual(
    await faultPaths(t, {
      ...sound,
      ipv6: { ...ipv6, lan: undefined },
      exempt: { clients: ["2001:db8:1:2::9", "10.9.9.9"] },
    }),
    ["/exempt/clients/1", "/ipv6/lan"],
  );
});

test("what isn't YAML is refused with its line", async (t) => {
  const error = await t.throwsAsync(readSite(await siteFile(t, "name: [a\nmode: b\n")), {
    instanceOf: InputError,
  });
  t.regex(error.message, /site\.yaml:\d+: is not YAML/);
});

test("a file that isn't there is one clear fault", async (t) => {
  const error = await t.throwsAsync(readSite("/nowhere/site.yaml"), { instanceOf: InputError });
  t.is(error.message, "/nowhere/site.yaml: no such file (name a YAML file)");
});
