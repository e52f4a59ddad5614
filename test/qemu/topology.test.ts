import test from "ava";
import { planTopology } from "../../qemu/topology.ts";

test("hosts are placed around the site's addresses", (t) => {
  const topology = planTopology({
    lan: "10.1.2.0/24",
    router: "10.1.2.2",
    ispRouter: "10.1.2.1",
    ipv6: { handling: "block" },
  });
  t.deepEqual(
    topology.clients.map(({ address }) => address),
    ["10.1.2.253", "10.1.2.252", "10.1.2.251", "10.1.2.250"],
  );
  t.is(topology.ispNeighbour, "10.1.2.254");
  t.deepEqual(topology.origins, ["198.51.100.10", "203.0.113.10"]);
  t.is(topology.outside, "192.0.2.77");
});

test("the fourth client is behind a hop, whose MAC its frames carry", (t) => {
  const { clients, hop } = planTopology({
    lan: "10.1.2.0/24",
    router: "10.1.2.2",
    ispRouter: "10.1.2.1",
    ipv6: { handling: "block" },
  });
  t.deepEqual(hop, { address: "10.1.2.249", address6: "2001:db8:a:b::bf", mac: "52:54:00:c1:00:99" });
  t.deepEqual(
    clients.map(({ viaMac }) => viaMac),
    [undefined, undefined, undefined, hop?.mac],
  );
});

test("hosts have IPv6 addresses in the site's prefix", (t) => {
  const ipv6 = { lan: "2001:DB8:1:2:0::/64", router: "2001:db8:1:2::c2", ispRouter: "2001:db8:1:2:0::1" };
  const topology = planTopology({
    lan: "10.1.2.0/24",
    router: "10.1.2.2",
    ispRouter: "10.1.2.1",
    ipv6: { handling: "route", ...ipv6 },
  });
  t.like(topology, {
    lan6: "2001:db8:1:2::/64",
    prefixLength6: 64,
    ispRouter: { address6: "2001:db8:1:2::1" },
    ispNeighbour6: "2001:db8:1:2::c0",
    router: { address6: "2001:db8:1:2::c2" },
    origins6: ["2001:db8:f:1::10", "2001:db8:f:2::10"],
    outside6: "2001:db8:f:77::77",
  });
  t.deepEqual(
    topology.clients.map(({ address6 }) => address6),
    ["2001:db8:1:2::c1", "2001:db8:1:2::c3", "2001:db8:1:2::c4", "2001:db8:1:2::c5"],
  );
});

test("a site without IPv6 is in a prefix of the lab's own", (t) => {
  const topology = planTopology({
    lan: "10.1.2.0/24",
    router: "10.1.2.2",
    ispRouter: "10.1.2.1",
    ipv6: { handling: "block" },
  });
  t.like(topology, {
    lan6: "2001:db8:a:b::/64",
    ispRouter: { address6: "2001:db8:a:b::1" },
    router: { address6: "2001:db8:a:b::2" },
  });
});

test("a LAN around the IPv6 documentation block has its origins elsewhere", (t) => {
  const ipv6 = { lan: "2001:db8::/32", router: "2001:db8::2", ispRouter: "2001:db8::1" };
  const topology = planTopology({
    lan: "10.1.2.0/24",
    router: "10.1.2.2",
    ispRouter: "10.1.2.1",
    ipv6: { handling: "route", ...ipv6 },
  });
  t.deepEqual(topology.origins6, ["3fff:0:f:1::10", "3fff:0:f:2::10"]);
});

test("the smallest LAN has room without a hop, and nobody gets a router's address", (t) => {
  const topology = planTopology({
    lan: "10.9.8.0/29",
    router: "10.9.8.6",
    ispRouter: "10.9.8.4",
    ipv6: { handling: "block" },
  });
  const all = [topology.ispNeighbour, ...topology.clients.map(({ address }) => address)];
  t.deepEqual(all, ["10.9.8.5", "10.9.8.3", "10.9.8.2", "10.9.8.1"]);
  t.is(topology.hop, undefined);
  t.true(topology.clients.every(({ viaMac }) => viaMac === undefined));
});

test("a LAN in a documentation block has its origins elsewhere", (t) => {
  const topology = planTopology({
    lan: "198.51.100.0/25",
    router: "198.51.100.2",
    ispRouter: "198.51.100.1",
    ipv6: { handling: "block" },
  });
  t.deepEqual(topology.origins, ["203.0.113.10", "192.0.2.10"]);
  t.is(topology.outside, "192.0.2.77");
});
