import type { Topology } from "./report.ts";

/** A picture in SVG units: boxes with lines of text, wires between them, and the LAN's frame. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
  /** Around all that believes to be on one network. */
  readonly frame: Rectangle & { readonly label: Label };
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Box extends Rectangle {
  readonly kind: "origin" | "isp" | "router" | "client";
  readonly name: Label;
  readonly address: Label;
}

interface Wire {
  readonly path: string;
  readonly label: Label | null;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

type Named = { readonly name: string; readonly address: string };

const box = { width: 176, height: 58 };

/** Origins, ISP router, router and clients from left to right, for wide screens and paper. */
export function pictureAcross(topology: Topology): Picture {
  const { gap, step } = { gap: 92, step: box.height + 16 };
  const rows = Math.max(topology.origins.length, topology.clients.length, 2);
  const height = rows * step + 72;
  const middle = 48 + (rows * step) / 2;
  const column = (index: number) => 12 + index * (box.width + gap);
  const columns = stations(topology).map((items, index) => spread(items, column(index)));
  const wires = columns.slice(1).flatMap((right, index) => join(columns[index] ?? [], right));
  const width = column(3) + box.width + 12;
  const between = (index: number) => column(index) - gap / 2;
  return {
    width,
    height,
    boxes: columns.flat(),
    wires: [
      ...wires.map((path) => ({ path, label: null })),
      { path: "", label: { x: between(2), y: middle - 10, text: topology.ports.isp } },
      { path: "", label: { x: between(3) - gap / 4, y: middle - 10, text: topology.ports.lan } },
    ],
    frame: {
      x: column(1) - 12,
      y: 8,
      width: width - column(1) + 12,
      height: height - 16,
      label: { x: column(1) + 4, y: 30, text: `${topology.lanPrefix}, one network to all who are on it` },
    },
  };

  function spread(items: readonly (Named & Pick<Box, "kind">)[], x: number): Box[] {
    const top = middle - (items.length * step - 16) / 2;
    return items.map((item, index) => place(item, x, top + index * step));
  }

  function join(left: readonly Box[], right: readonly Box[]): string[] {
    return left.flatMap((from) =>
      right.map((to) => {
        const [x1, y1, x2, y2] = [from.x + box.width, centre(from), to.x, centre(to)];
        const bend = (x1 + x2) / 2;
        return y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
      }),
    );
  }
}

/** The same from top to bottom, for narrow screens; boxes of a station stand below each other. */
export function pictureDown(topology: Topology): Picture {
  const { gap, indent } = { gap: 34, indent: 74 };
  const x = indent;
  let y = 8;
  const boxes: Box[] = [];
  const wires: Wire[] = [];
  const ports = ["", "", topology.ports.isp, topology.ports.lan];
  let frameTop = 0;
  stations(topology).forEach((items, station) => {
    if (station > 0) {
      const label = { x: x + 12 + 20, y: y + gap / 2 + 4, text: ports[station] ?? "" };
      wires.push({ path: `M${x + 12} ${y}v${gap}`, label: label.text === "" ? null : label });
      y += gap;
    }
    if (station === 1) frameTop = y;
    for (const [index, item] of items.entries()) {
      if (index > 0) y += 10;
      boxes.push(place(item, x, y));
      y += box.height;
    }
  });
  const label = { x: 20, y: frameTop, text: topology.lanPrefix };
  return {
    width: 2 * indent + box.width,
    height: y + 20,
    boxes,
    wires,
    frame: { x: 8, y: frameTop, width: 0, height: y - frameTop, label },
  };
}

function stations({ origins, ispRouter, router, clients }: Topology): (Named & Pick<Box, "kind">)[][] {
  return [
    origins.map((origin) => ({ ...origin, kind: "origin" })),
    [{ name: "ISP router", address: ispRouter, kind: "isp" }],
    [{ name: "Halfbridge", address: router, kind: "router" }],
    clients.map((client) => ({ ...client, kind: "client" })),
  ];
}

function place({ name, address, kind }: Named & Pick<Box, "kind">, x: number, y: number): Box {
  const middle = x + box.width / 2;
  return {
    kind,
    x,
    y,
    ...box,
    name: { x: middle, y: y + 25, text: name },
    address: { x: middle, y: y + 45, text: address },
  };
}

function centre({ y }: Rectangle): number {
  return y + box.height / 2;
}
