import test from "ava";
import { board, kinds, modelOf, richSite } from "../../../setups.ts";
import { clampOf, planCapture } from "../../../../build/plan/modes/parts/capture.ts";
import { makePlan } from "../../../../build/plan/plan.ts";

const capture = planCapture(richSite);

test("capture is the same in every mode", (t) => {
  for (const [name, kind] of Object.entries(kinds)) t.deepEqual(modelOf(kind).capture, capture, name);
});

test("the exempt come first, then the ISP's router, then the LAN that it is a part of", (t) => {
  t.deepEqual(
    capture.exceptions.map(({ who, family, from, to, verdict }) => [
      who,
      family,
      from ?? "any",
      to ?? "any",
      verdict,
    ]),
    [
      ["exempt", "ipv4", "10.1.2.9", "any", "pass"],
      ["exempt", "ipv4", "any", "198.51.100.0/24", "pass"],
      ["isp-router", "ipv4", "any", "10.1.2.1/32", "capture"],
      ["lan", "ipv4", "any", "10.1.2.0/24", "pass"],
      ["isp-router", "ipv6", "any", "2001:db8:1:2::1/128", "capture"],
      ["lan", "ipv6", "any", "2001:db8:1:2::/64", "pass"],
    ],
  );
});

test("exceptions are of families that are routed", (t) => {
  const exempt = { clients: ["2001:db8:1:2::9"], destinations: [] };
  const hasIpv6 = (ipv6: typeof richSite.ipv6) =>
    planCapture({ ...richSite, exempt, ipv6 }).exceptions.some(({ family }) => family === "ipv6");
  t.true(hasIpv6(richSite.ipv6));
  t.false(hasIpv6({ handling: "block" }));
  t.false(hasIpv6({ handling: "bridge" }));
});

test("QUIC is rejected if TCP 443 is captured and clients are, not otherwise", (t) => {
  const rejects = (client: boolean, ports: number[]) =>
    planCapture({
      ...richSite,
      transparency: { client, server: true },
      capture: ports.map((port) => ({ port, carries: "raw" })),
    }).rejectsQuic;
  t.true(rejects(true, [80, 443]));
  t.false(rejects(true, [80]));
  t.false(rejects(false, [80, 443]));
});

test("the switches are the site's", (t) => {
  for (const client of [true, false])
    for (const server of [true, false])
      t.like(planCapture({ ...richSite, transparency: { client, server } }), {
        clientSide: client,
        serverSide: server,
      });
});

test("with the proxy away, captured packets pass in an open site and are dropped in a closed one", (t) => {
  t.is(planCapture({ ...richSite, failMode: "open" }).whenAway, "pass");
  t.is(planCapture({ ...richSite, failMode: "closed" }).whenAway, "drop");
});

test("segments are as long as the MTU less IP's and TCP's headers; Ethernet's own MTU needs no clamp", (t) => {
  t.deepEqual(clampOf({ ...richSite, ispMtu: 1492 }), { ipv4: 1452, ipv6: 1432 });
  t.deepEqual(clampOf({ ...richSite, ispMtu: 1280 }), { ipv4: 1240, ipv6: 1220 });
  t.is(clampOf({ ...richSite, ispMtu: 1500 }), null);
});

test("the proxy can be asked by the LAN only where clients aren't captured, in every mode", (t) => {
  for (const [name, kind] of Object.entries(kinds)) {
    const asked = makePlan(board, { ...richSite, ...kind, transparency: { client: false, server: true } });
    t.is(asked.network.guard.explicitPort, 3129, name);
    t.is(modelOf(kind).guard.explicitPort, null, name);
  }
});
