import type { Host, Topology } from "./report.ts";

/** One step of the way from an origin to a client; its machines stand beside each other. */
export interface Station {
  readonly kind: "origins" | "isp" | "router" | "clients";
  readonly machines: readonly Machine[];
}

interface Machine {
  readonly name: string;
  /** The IPv4 address, and the IPv6 address where there is one. */
  readonly addresses: readonly string[];
}

/** A picture in SVG units, from left to right: boxes, wires that join them, the router's two plugs. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  /** Each as an SVG path. */
  readonly wires: readonly string[];
  readonly plugs: readonly Plug[];
  /** Around all who take themselves to be on one network. */
  readonly frame: Rectangle & { readonly label: string };
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Box extends Rectangle {
  readonly name: string;
  readonly addresses: readonly { readonly text: string; readonly y: number }[];
  readonly kind: Station["kind"];
  readonly centre: number;
}

interface Plug extends Rectangle {
  readonly centre: number;
  readonly text: string;
}

const lineHeight = 20;
const rowGap = 18;
const gap = 112;
const margin = 16;
const headroom = 44;

export function listStations({ origins, ispRouter, router, clients, ipv6 }: Topology): readonly Station[] {
  return [
    { kind: "origins", machines: origins.map(viewHost) },
    { kind: "isp", machines: [{ name: "ISP router", addresses: present(ispRouter, ipv6?.ispRouter) }] },
    { kind: "router", machines: [{ name: "Halfbridge", addresses: present(router, ipv6?.router) }] },
    { kind: "clients", machines: clients.map(viewHost) },
  ];
}

/** The LAN's prefixes, IPv4 first. */
export function listPrefixes({ lanPrefix, ipv6 }: Topology): readonly string[] {
  return present(lanPrefix, ipv6?.lanPrefix);
}

function viewHost({ name, address, address6 }: Host): Machine {
  return { name, addresses: present(address, address6) };
}

function present(...texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}

export function drawTopology(topology: Topology): Picture {
  const stations = listStations(topology);
  const box = measureBox(stations.flatMap(({ machines }) => machines));
  const rowHeight = box.height + rowGap;
  const columnX = (index: number): number => margin + index * (box.width + gap);
  const rows = Math.max(...stations.map(({ machines }) => machines.length));
  const middle = headroom + (rows * rowHeight) / 2;
  const columns = stations.map((station, index) => drawStation(station, box, columnX(index), middle));
  const [width, height] = [
    columnX(stations.length - 1) + box.width + margin,
    headroom + rows * rowHeight + margin,
  ];
  const plugs = [
    drawPlug(topology.ports.isp, columnX(2) - plugWidth(topology.ports.isp), middle),
    drawPlug(topology.ports.lan, columnX(2) + box.width, middle),
  ];
  return {
    width,
    height,
    boxes: columns.flat(),
    wires: columns.slice(1).flatMap((right, index) => drawWires(columns[index] ?? [], right, plugs)),
    plugs,
    frame: {
      x: columnX(1) - margin,
      y: 1,
      width: width - columnX(1) + margin - 1,
      height: height - 2,
      label: listPrefixes(topology).join(" and "),
    },
  };
}

/** One size for all boxes: what the longest address and the most addresses take. */
function measureBox(machines: readonly Machine[]): { width: number; height: number } {
  const lengths = machines.flatMap(({ addresses }) => addresses.map(({ length }) => length));
  const lines = Math.max(...machines.map(({ addresses }) => addresses.length));
  return { width: Math.max(176, Math.max(...lengths) * 8.5 + 20), height: 40 + lines * lineHeight };
}

function drawStation(
  { kind, machines }: Station,
  box: { width: number; height: number },
  x: number,
  middle: number,
): Box[] {
  const rowHeight = box.height + rowGap;
  const top = middle - (machines.length * rowHeight) / 2 + (rowHeight - box.height) / 2;
  return machines.map(({ name, addresses }, index) => {
    const y = top + index * rowHeight;
    const lines = addresses.map((text, line) => ({ text, y: y + 45 + line * lineHeight }));
    return { ...box, name, addresses: lines, kind, x, y, centre: x + box.width / 2 };
  });
}

/** A port, as a plug on a side of the router's box. */
function drawPlug(text: string, x: number, middle: number): Plug {
  const [width, height] = [plugWidth(text), 24];
  return { text, x, y: middle - height / 2, width, height, centre: x + width / 2 };
}

function plugWidth(text: string): number {
  return Math.max(40, text.length * 8 + 14);
}

/** A wire from every box to every box of the next station, from plug to plug at the router. */
function drawWires(left: readonly Box[], right: readonly Box[], [isp, lan]: readonly Plug[]): string[] {
  return left.flatMap((from) =>
    right.map((to) => {
      const x1 = from.x + from.width + (from.kind === "router" ? (lan?.width ?? 0) : 0);
      const x2 = to.x - (to.kind === "router" ? (isp?.width ?? 0) : 0);
      const [y1, y2] = [from.y + from.height / 2, to.y + to.height / 2];
      const bend = (x1 + x2) / 2;
      return y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
    }),
  );
}
