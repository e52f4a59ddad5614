import test from "ava";
import { checkPlaces } from "../../build/base/check-places.ts";
import type { Board } from "../../build/config/board.ts";
import { espressobin } from "../debian/device-trees.ts";
import { board } from "../setups.ts";

type Ports = Board["ports"];

const drivers = ["marvell,mv88e6085", "marvell,armada-3700-neta", "marvell,armada-3700-pcie"];

/** What is wrong with the places of ports, on an ESPRESSObin. */
function faultsOf(
  isp: Partial<Ports["isp"]>,
  lan: Partial<Ports["lan"]>,
  driven = drivers,
  loader?: Board["loader"],
) {
  const faults: string[] = [];
  const ports = { isp: { name: "wan", ...isp }, lan: { name: "lan", ...lan } };
  checkPlaces(
    { ...board, ports, ...(loader === undefined ? {} : { loader }) },
    espressobin,
    new Set(driven),
    (path, fact, hint) => faults.push(`${path}: ${fact} (${hint})`),
  );
  return faults;
}

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

test("a network device without a driver is told", (t) => {
  t.deepEqual(faultsOf({ dsaPort: "wan" }, {}, []), [
    "/kernel/networkModules: has no driver for marvell,mv88e6085, which the ISP port needs (modinfo -F alias says what a module is for)",
  ]);
});

test("a device that is disabled is no port where the image brings U-Boot; a vendor's may switch it on", (t) => {
  const path = "platform/soc/d0040000.ethernet";
  const loader = { kind: "raspberry-pi" } as const;
  t.regex(
    faultsOf({ path }, {}, drivers, loader)[0] ?? "",
    /\/ports\/isp: is at ethernet@40000, .* disabled/,
  );
  t.deepEqual(faultsOf({ path }, {}), []);
});
