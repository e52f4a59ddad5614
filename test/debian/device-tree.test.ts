import test from "ava";
import { allNodes, isEnabled, parseDeviceTree, platformName } from "../../build/debian/device-tree.ts";
import { espressobin } from "./device-trees.ts";

const nodeCalled = (name: string) => allNodes(espressobin).find((node) => node.name === name);
const nameOf = (name: string) => {
  const node = nodeCalled(name);
  return node && platformName(node);
};

test("a device is called by its address as the CPU sees it, through the buses' ranges", (t) => {
  t.is(nameOf("ethernet@30000"), "d0030000.ethernet");
  t.is(nameOf("pcie@d0070000"), "d0070000.pcie", "ranges without a value: the same on both sides");
});

test("what has no address of its own has no such name: a switch behind MDIO, a bus, the root", (t) => {
  t.is(nameOf("ethernet-switch@1"), undefined);
  t.is(nameOf("soc"), undefined);
  t.is(platformName(espressobin), undefined);
});

test("a device is in use if all that it is part of is", (t) => {
  const root = parseDeviceTree(
    '- bus@1:\n    status: ["disabled"]\n    device@2: {}\n  other@3:\n    status: ["okay"]\n',
  );
  const enabled = Object.fromEntries(allNodes(root).map((node) => [node.name, isEnabled(node)]));
  t.deepEqual(enabled, { "": true, "bus@1": false, "device@2": false, "other@3": true });
});
