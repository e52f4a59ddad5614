import test from "ava";
import { capture, faultAfter, faultPaths, faultsOf, ipv6, sound } from "./site-faults.ts";

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
