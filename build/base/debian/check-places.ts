import { matchesGlob } from "node:path";
import type { Board } from "../../config/board.ts";
import { allPorts } from "../../config/ports.ts";
import { allNodes, isEnabled, platformName, type DeviceNode } from "../../debian/device-tree.ts";

type Blame = (path: string, fact: string, hint?: string) => void;

/** A device that a port needs a driver for, by its values of `compatible`. */
export interface NeededDevice {
  readonly role: string;
  readonly compatible: readonly string[];
}

/**
 * Holds the ports' places against a device tree: a `dsaPort` is a label of one of its switches' ports; of a `path` the
 * device with registers that comes last is in it, the network device itself or the bus that it is plugged into.
 * Returns those devices.
 */
export function checkPlaces({ ports, loader }: Board, root: DeviceNode, blame: Blame): NeededDevice[] {
  const nodes = allNodes(root);
  return allPorts(ports).flatMap(({ role, at: below, port: { path, dsaPort } }) => {
    const at = `/ports${below}`;
    const found =
      dsaPort === undefined
        ? path && findPlatformDevice(`${at}/path`, path, nodes, blame)
        : findSwitch(`${at}/dsaPort`, dsaPort, nodes, blame);
    if (!found) return [];
    // a factory's U-Boot may switch on what a module of the machine has
    if (loader !== undefined && !isEnabled(found))
      blame(at, `is at ${found.name}, which the device tree says is disabled`, "it is another device");
    return [{ role, compatible: found.strings.get("compatible") ?? [] }];
  });
}

/** A part of a path below /sys/devices that is named by an address: `ff540000.ethernet`, or a pattern of such. */
const isPlatformName = (part: string): boolean => /^[0-9a-f?*[\]-]+\.[a-z][a-z0-9,_-]*$/.test(part);

function findPlatformDevice(
  at: string,
  path: string,
  nodes: readonly DeviceNode[],
  blame: Blame,
): DeviceNode | undefined {
  const wanted = path.split("/").findLast(isPlatformName);
  if (wanted === undefined) return undefined; // on a bus that finds its devices by itself
  const named = nodes.flatMap((node) => {
    const name = platformName(node);
    return name === undefined ? [] : [{ name, node }];
  });
  const found = named.filter(({ name }) => matchesGlob(name, wanted));
  if (found.length === 0) {
    const kind = wanted.replace(/^.*\./, "");
    const alike = named.filter(({ name }) => name.endsWith(`.${kind}`)).map(({ name }) => name);
    const hint = alike.length === 0 ? `it has no ${kind} at all` : `it has ${alike.join(", ")}`;
    blame(at, `leads by ${wanted}, which the device tree lacks`, hint);
  }
  return (found.find(({ node }) => isEnabled(node)) ?? found[0])?.node;
}

/** The switch that has a port of that label (kernel: devicetree/bindings/net/dsa). */
function findSwitch(
  at: string,
  label: string,
  nodes: readonly DeviceNode[],
  blame: Blame,
): DeviceNode | undefined {
  const ports = nodes.filter(({ parent }) => /^(ethernet-)?ports$/.test(parent?.name ?? ""));
  const labelOf = (port: DeviceNode) => port.strings.get("label")?.[0] ?? "";
  const port = ports.find((each) => labelOf(each) === label);
  if (port === undefined) {
    const known = [...new Set(ports.map(labelOf))]
      .filter((name) => !["", "cpu", "dsa"].includes(name))
      .sort();
    const hint = known.length === 0 ? "it has no switch" : `it has ${known.join(", ")}`;
    blame(at, `is ${label}, which no switch port in the device tree is called`, hint);
  }
  return port?.parent?.parent;
}
