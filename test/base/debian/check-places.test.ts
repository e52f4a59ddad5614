import test from "ava";
import { checkPlaces } from "../../../build/base/debian/check-places.ts";
import type { Board } from "../../../build/config/board.ts";
import { espressobin } from "../../debian/device-trees.ts";
import { board } from "../../setups.ts";

type Ports = Board["ports"];

/** What is wrong with the places of ports, on an ESPRESSObin, and what needs drivers there. */
function check(isp: Partial<Ports["isp"]>, lan: Partial<Ports["isp"]>, loader?: Board["loader"]) {
  const faults: string[] = [];
  const ports = { isp: { name: "wan", ...isp }, lan: { name: "lan", ...lan } };
  const needed = checkPlaces(
    { ...board, ports, ...(loader === undefined ? {} : { loader }) },
    espressobin,
    (path, fact, hint) => faults.push(`${path}: ${fact} (${hint})`),
  );
  return { faults, needed: needed.flatMap(({ compatible }) => compatible) };
}

const faultsOf = (...given: Parameters<typeof check>) => check(...given).faults;

test("ports that the tree has, with drivers that the profile names, are sound", (t) => {
  t.deepEqual(faultsOf({ dsaPort: "wan" }, { dsaPort: "lan1" }), []);
  t.deepEqual(faultsOf({ path: "platform/soc/soc:internal-regs@d0000000/d0030000.ethernet" }, {}), []);
  t.deepEqual(faultsOf({ path: "platform/soc/d0070000.pcie/pci0000:00/*/*" }, {}), [], "behind a bus");
  t.deepEqual(faultsOf({ path: "pci0000:00/0000:00:01.0" }, {}), [], "not in the tree's hands");
});

test("a place that the tree lacks is told with those that it has", (t) => {
  t.deepEqual(faultsOf({ path: "platform/soc/d0030001.ethernet" }, {}), [
    "/ports/isp/path: leads by d0030001.ethernet, which the device tree lacks (it has d0030000.ethernet, d0040000.ethernet)",
  ]);
  t.deepEqual(faultsOf({ dsaPort: "wan" }, { dsaPort: "lan0" }), [
    "/ports/lan/dsaPort: is lan0, which no switch port in the device tree is called (it has lan1, wan)",
  ]);
  t.regex(faultsOf({ dsaPort: "cpu2" }, {})[0] ?? "", /is cpu2/);
});

test("each of several ports of the LAN is held against the tree", (t) => {
  const faults: string[] = [];
  const lan = ["lan1", "lan7"].map((name) => ({ name, dsaPort: name }));
  const ports = { isp: { name: "wan", dsaPort: "wan" }, lan };
  const needed = checkPlaces({ ...board, ports }, espressobin, (path) => faults.push(path));
  t.deepEqual(faults, ["/ports/lan/1/dsaPort"]);
  t.deepEqual(
    needed.map(({ role }) => role),
    ["isp", "lan", "lan"].slice(0, needed.length),
  );
});

test("what a port needs a driver for is its network device, its switch, or the bus that it is plugged into", (t) => {
  const conduit = { path: "platform/soc/soc:internal-regs@d0000000/d0030000.ethernet" };
  t.deepEqual(check(conduit, { dsaPort: "lan1" }).needed, ["marvell,armada-3700-neta", "marvell,mv88e6085"]);
  t.deepEqual(check({ path: "platform/soc/d0070000.pcie/pci0000:00/*" }, {}).needed, [
    "marvell,armada-3700-pcie",
  ]);
});

test("a device that is disabled is no port where the image brings U-Boot; a vendor's may switch it on", (t) => {
  const path = "platform/soc/d0040000.ethernet";
  const loader = { kind: "raspberry-pi" } as const;
  t.regex(faultsOf({ path }, {}, loader)[0] ?? "", /\/ports\/isp: is at ethernet@40000, .* disabled/);
  t.deepEqual(faultsOf({ path }, {}), []);
});
