import { parse } from "yaml";
import type { Tools } from "./tools.ts";

/** A node of a device tree (devicetree.org): its properties, and the nodes below it, by name. */
export interface DeviceNode {
  /** With its unit address: `ethernet@ff540000`; empty for the root. */
  readonly name: string;
  readonly parent: DeviceNode | undefined;
  readonly strings: ReadonlyMap<string, readonly string[]>;
  /** Cells of 32 bits. */
  readonly cells: ReadonlyMap<string, readonly number[]>;
  readonly children: readonly DeviceNode[];
}

/** Decompiles a device tree as a kernel package has it. */
export async function readDeviceTree(file: string, tools: Tools): Promise<DeviceNode> {
  const { stdout: source } = await tools.run("dtc", ["-q", "-I", "dtb", "-O", "dts", file]);
  // dtc prints YAML of what it knows types of, and those are in sources alone
  const { stdout } = await tools.run("dtc", ["-q", "-I", "dts", "-O", "yaml"], { input: source });
  return parseDeviceTree(stdout);
}

/** Reads what `dtc -O yaml` prints. */
export function parseDeviceTree(text: string): DeviceNode {
  const [root] = parse(text, { logLevel: "error", uniqueKeys: false }) as [Record<string, unknown>];
  return nodeOf("", root, undefined);
}

function nodeOf(name: string, written: object, parent: DeviceNode | undefined): DeviceNode {
  const strings = new Map<string, readonly string[]>();
  const cells = new Map<string, readonly number[]>();
  const children: DeviceNode[] = [];
  const node = { name, parent, strings, cells, children };
  for (const [key, value] of Object.entries(written) as [string, unknown][]) {
    if (Array.isArray(value)) {
      const values = value.flat() as unknown[];
      if (values.every((each) => typeof each === "string")) strings.set(key, values);
      else if (values.every((each) => typeof each === "number")) cells.set(key, values);
    } else if (typeof value === "object" && value !== null) {
      children.push(nodeOf(key, value, node));
    } else if (value === true) strings.set(key, []); // it is there, without any value
  }
  return node;
}

/** The node and all below it. */
export function allNodes(node: DeviceNode): DeviceNode[] {
  return [node, ...node.children.flatMap(allNodes)];
}

/** Whether it, and all that it is part of, is in use on this machine. */
export function isEnabled(node: DeviceNode): boolean {
  const [status = "okay"] = node.strings.get("status") ?? [];
  return ["okay", "ok"].includes(status) && (node.parent === undefined || isEnabled(node.parent));
}

/**
 * What Linux calls the platform device of a node that has registers: `ff540000.ethernet`, by the address that the CPU
 * sees (kernel: of_device_make_bus_id). Undefined where the node has no such address.
 */
export function platformName(node: DeviceNode): string | undefined {
  const { parent } = node;
  const reg = node.cells.get("reg");
  if (parent === undefined || reg === undefined) return undefined;
  const address = translate(numberOf(reg.slice(0, addressCells(parent))), parent);
  return address === undefined ? undefined : `${address.toString(16)}.${node.name.replace(/@.*/, "")}`;
}

/** An address on a bus, as the CPU sees it (Devicetree specification 2.3.8, `ranges`). */
function translate(address: bigint, bus: DeviceNode): bigint | undefined {
  if (bus.parent === undefined) return address;
  const ranges = bus.cells.get("ranges");
  // without any value it is the same on both sides; without the property there is no way through
  if (ranges === undefined) return bus.strings.has("ranges") ? translate(address, bus.parent) : undefined;
  const widths = [addressCells(bus), addressCells(bus.parent), sizeCells(bus)] as const;
  const width = widths[0] + widths[1] + widths[2];
  for (let at = 0; at + width <= ranges.length; at += width) {
    const here = numberOf(ranges.slice(at, at + widths[0]));
    const above = numberOf(ranges.slice(at + widths[0], at + widths[0] + widths[1]));
    const size = numberOf(ranges.slice(at + widths[0] + widths[1], at + width));
    if (address >= here && address < here + size) return translate(address - here + above, bus.parent);
  }
  return undefined;
}

const addressCells = (bus: DeviceNode): number => bus.cells.get("#address-cells")?.[0] ?? 2;
const sizeCells = (bus: DeviceNode): number => bus.cells.get("#size-cells")?.[0] ?? 1;

const numberOf = (cells: readonly number[]): bigint =>
  cells.reduce((sum, cell) => (sum << 32n) | BigInt(cell), 0n);
