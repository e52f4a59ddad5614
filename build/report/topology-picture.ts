import type { Topology } from "./report.ts";

/** One step of the way from an origin to a client; its machines stand beside each other. */
export interface Station {
  readonly kind: "origins" | "isp" | "router" | "clients";
  readonly machines: readonly Machine[];
}

interface Machine {
  readonly name: string;
  readonly address: string;
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

interface Box extends Rectangle, Machine {
  readonly kind: Station["kind"];
  readonly centre: number;
}

interface Plug extends Rectangle {
  readonly centre: number;
  readonly text: string;
}

const box = { width: 176, height: 60 };
const rowHeight = box.height + 18;
const gap = 112;
const margin = 16;
const headroom = 44;

export function listStations({ origins, ispRouter, router, clients }: Topology): readonly Station[] {
  return [
    { kind: "origins", machines: origins },
    { kind: "isp", machines: [{ name: "ISP router", address: ispRouter }] },
    { kind: "router", machines: [{ name: "Halfbridge", address: router }] },
    { kind: "clients", machines: clients },
  ];
}

export function drawTopology(topology: Topology): Picture {
  const stations = listStations(topology);
  const rows = Math.max(...stations.map(({ machines }) => machines.length));
  const middle = headroom + (rows * rowHeight) / 2;
  const columns = stations.map((station, index) => drawStation(station, columnX(index), middle));
  const [width, height] = [
    columnX(stations.length - 1) + box.width + margin,
    headroom + rows * rowHeight + margin,
  ];
  const plugs = drawPlugs(topology, middle);
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
      label: topology.lanPrefix,
    },
  };
}

function columnX(index: number): number {
  return margin + index * (box.width + gap);
}

function drawStation({ kind, machines }: Station, x: number, middle: number): Box[] {
  const top = middle - (machines.length * rowHeight) / 2 + (rowHeight - box.height) / 2;
  return machines.map((machine, index) => ({
    ...machine,
    ...box,
    kind,
    x,
    y: top + index * rowHeight,
    centre: x + box.width / 2,
  }));
}

/** The ports, as plugs on both sides of the router's box. */
function drawPlugs({ ports }: Topology, middle: number): Plug[] {
  const router = columnX(2);
  return [
    drawPlug(ports.isp, router - plugWidth(ports.isp), middle),
    drawPlug(ports.lan, router + box.width, middle),
  ];
}

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
