import test from "ava";
import { planTopology } from "../../qemu/topology.ts";

test("hosts are placed around the site's addresses", (t) => {
  const topology = planTopology({ lan: "10.1.2.0/24", router: "10.1.2.2", ispRouter: "10.1.2.1" });
  t.deepEqual(
    topology.clients.map(({ address }) => address),
    ["10.1.2.253", "10.1.2.252", "10.1.2.251"],
  );
  t.is(topology.ispNeighbour, "10.1.2.254");
  t.deepEqual(topology.origins, ["198.51.100.10", "203.0.113.10"]);
  t.is(topology.outside, "192.0.2.77");
});

test("the smallest LAN has room, and nobody gets a router's address", (t) => {
  const topology = planTopology({ lan: "10.9.8.0/29", router: "10.9.8.6", ispRouter: "10.9.8.4" });
  const all = [topology.ispNeighbour, ...topology.clients.map(({ address }) => address)];
  t.deepEqual(all, ["10.9.8.5", "10.9.8.3", "10.9.8.2", "10.9.8.1"]);
});

test("a LAN in a documentation block has its origins elsewhere", (t) => {
  const topology = planTopology({
    lan: "198.51.100.0/25",
    router: "198.51.100.2",
    ispRouter: "198.51.100.1",
  });
  t.deepEqual(topology.origins, ["203.0.113.10", "192.0.2.10"]);
  t.is(topology.outside, "192.0.2.77");
});
