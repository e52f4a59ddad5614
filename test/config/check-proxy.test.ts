import test from "ava";
import { faultAfter, faultsOf, ipv6, sound } from "./site-faults.ts";

test("hosts can't be checked without a resolver to ask", async (t) => {
  for (const hostCheck of ["log", "block"]) {
    t.regex(
      await faultAfter(t, { proxy: { hostCheck } }),
      /^\/proxy\/hostCheck: is .*, but there is nobody to ask/,
    );
    t.deepEqual(await faultsOf(t, { ...sound, proxy: { hostCheck, resolvers: ["192.0.2.53"] } }), []);
  }
  t.deepEqual(await faultsOf(t, { ...sound, proxy: { hostCheck: "off" } }), []);
});

test("metrics have a port of their own", async (t) => {
  t.regex(
    await faultAfter(t, { proxy: { metricsPort: 3129 } }),
    /^\/proxy\/metricsPort: is the proxy's own port/,
  );
  t.deepEqual(await faultsOf(t, { ...sound, proxy: { metricsPort: 9130 } }), []);
});

test("the access log is sent to a host of the LAN only", async (t) => {
  const after = (syslog: string, more: object = {}) =>
    faultsOf(t, { ...sound, ...more, proxy: { log: { syslog } } });
  t.deepEqual(await after("10.1.2.9"), []);
  t.deepEqual(await after("2001:db8:1:2::9", { ipv6 }), []);
  for (const [syslog, fact] of [
    ["192.0.2.9", /outside the LAN/],
    ["2001:db8:1:2::9", /IPv6 isn't routed/],
    ["10.1.2", /neither an address nor a prefix/],
    ["log.example", /must match pattern/],
  ] as const)
    t.regex((await after(syslog)).join(), fact);
});

test("the log's former key is refused with where it is now", async (t) => {
  t.regex(
    await faultAfter(t, { proxy: { logKiB: 1024 } }),
    /^\/proxy\/logKiB: is not a known key \(did you mean log\?/,
  );
});
