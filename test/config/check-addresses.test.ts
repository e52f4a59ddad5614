import test from "ava";
import { faultAfter, faultPaths, faultsOf, ipv6, sound } from "./site-faults.ts";

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
