import test, { type ExecutionContext } from "ava";
import { faultAfter, faultsOf, ipv6, sound } from "./site-faults.ts";

const proxy = { engine: "squid", resolvers: ["10.1.2.1"], log: { format: "squid" } };
const tls = [{ port: 443, carries: "tls" }];

/** The path of the one fault of a site for squid; the same site must be sound with our own proxy. */
async function faultPath(
  t: ExecutionContext,
  changes: { proxy?: object; [key: string]: unknown },
): Promise<string> {
  const own = { ...sound, ...changes, proxy: { ...proxy, ...changes.proxy, engine: "halfbridge" } };
  t.deepEqual(await faultsOf(t, own), []);
  const fault = await faultAfter(t, { ...changes, proxy: { ...proxy, ...changes.proxy } });
  t.regex(fault, /squid/);
  return fault.split(": ")[0] ?? "";
}

test("a site that squid can follow has no fault", async (t) => {
  t.deepEqual(await faultsOf(t, { ...sound, proxy }), []);
  t.deepEqual(
    await faultsOf(t, {
      ...sound,
      capture: [...sound.capture, ...tls],
      proxy: { ...proxy, hostCheck: "block" },
    }),
    [],
  );
  const asked = { client: false, server: false };
  const askedProxy = { ...proxy, resolvers: [] };
  t.deepEqual(await faultsOf(t, { ...sound, transparency: asked, proxy: askedProxy }), []);
});

test("what squid can't do is named: raw ports, and the client's address for whom asks it", async (t) => {
  const raw = [...sound.capture, { port: 2222, carries: "raw" }];
  t.is(await faultPath(t, { capture: raw }), "/capture/1/carries");
  t.is(await faultPath(t, { transparency: { client: false } }), "/transparency/server");
});

test("what squid can't leave out is named: look-ups, and judging TLS names by them", async (t) => {
  t.is(await faultPath(t, { proxy: { resolvers: [] } }), "/proxy/resolvers");
  t.is(await faultPath(t, { capture: tls }), "/proxy/hostCheck");
});

test("options of the proxy that squid doesn't have are named", async (t) => {
  const options: Readonly<Record<string, object>> = {
    "/proxy/hostCheck": { hostCheck: "log" },
    "/proxy/http/h2c": { http: { h2c: "allow" } },
    "/proxy/tls/ech": { tls: { ech: "block" } },
    "/proxy/log/format": { log: { format: "json" } },
    "/proxy/log/syslog": { log: { format: "squid", syslog: "10.1.2.9" } },
    "/proxy/metricsPort": { metricsPort: 9130 },
  };
  for (const [path, changes] of Object.entries(options)) t.is(await faultPath(t, { proxy: changes }), path);
});

test("MACs are known by IPv4 alone", async (t) => {
  const policy = { groups: { pupils: { macs: ["02:00:00:00:00:01"] } } };
  t.deepEqual(await faultsOf(t, { ...sound, policy, proxy }), []);
  t.is(await faultPath(t, { policy, ipv6 }), "/policy/groups/pupils/macs");
});

test("squid's other ports are nobody else's", async (t) => {
  t.is(await faultPath(t, { capture: [{ port: 3130, carries: "http" }] }), "/capture/0/port");
  t.is(await faultPath(t, { capture: [{ port: 3131, carries: "http" }] }), "/capture/0/port");
  t.deepEqual(await faultsOf(t, { ...sound, capture: [{ port: 3132, carries: "http" }], proxy }), []);
  t.is(await faultPath(t, { proxy: { port: 65_534 } }), "/proxy/port");
});

test("all that squid can't is told in one run", async (t) => {
  const paths = (
    await faultsOf(t, {
      ...sound,
      capture: [{ port: 25, carries: "raw" }],
      proxy: { engine: "squid", hostCheck: "off" },
    })
  ).map((fault) => fault.split(": ")[0]);
  t.deepEqual(paths, ["/capture/0/carries", "/proxy/log/format", "/proxy/resolvers"]);
});
