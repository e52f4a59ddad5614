import test from "ava";
import { readSite } from "../../build/config/site.ts";
import { InputError } from "../../build/core/faults.ts";
import { capture, faultAfter, faultPaths, faultsOf, siteFile, sound } from "./site-faults.ts";

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
      engine: "halfbridge",
      port: 3129,
      resolvers: [],
      connectTimeoutSeconds: 10,
      idleTimeoutSeconds: 300,
      maxConnections: 4096,
      log: { format: "json", KiB: 1024 },
      hostCheck: "off",
      http: { upgrade: "allow", h2c: "block", notHttp: "block", headKiB: 64 },
      tls: { withoutName: "allow", ech: "judge", notTls: "block" },
      headTimeoutSeconds: 30,
      maxConnectionsPerClient: 1024,
    },
    policy: { default: "allow", timeZone: "UTC", groups: {}, schedules: {}, lists: {}, rules: [] },
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
