import test from "ava";
import { drawTopology, listStations } from "../../build/report/topology-picture.ts";
import { report } from "./fixture.ts";
import { matrixReport } from "./matrix-fixture.ts";

const many = ["a", "b", "c", "d", "e"].map((name, index) => ({ name, address: `10.1.2.${10 + index}` }));

test("boxes never overlap and stay inside of the picture, however many clients there are", (t) => {
  const { boxes, width, height } = drawTopology({ ...report.topology, clients: many });
  for (const [index, a] of boxes.entries()) {
    t.true(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height, a.name);
    for (const b of boxes.slice(index + 1)) {
      const apart =
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      t.true(apart, `${a.name} and ${b.name}`);
    }
  }
});

test("IPv6 addresses are a line of their own below the others, inside of their box", (t) => {
  const { boxes, frame } = drawTopology(matrixReport.topology);
  t.is(frame.label, "10.1.2.0/24 and 2001:db8:1:2::/64");
  for (const { addresses, name, y, height } of boxes) {
    const [first, second] = addresses;
    t.true(first !== undefined && second !== undefined && second.text.includes("::"), name);
    t.true((first?.y ?? 0) < (second?.y ?? 0) && (second?.y ?? 0) < y + height, name);
  }
});

test("a host without an IPv6 address shows none, and boxes are as wide as the longest address", (t) => {
  const address6 = "2001:db8:1234:5678:9abc:def0:1234:5678";
  const clients = [
    { name: "a", address: "10.1.2.10" },
    { name: "b", address: "10.1.2.11", address6 },
  ];
  const topology = { ...report.topology, clients };
  t.deepEqual(
    listStations(topology)
      .at(-1)
      ?.machines.map(({ addresses }) => addresses.length),
    [1, 2],
  );
  const widths = new Set(drawTopology(topology).boxes.map(({ width }) => width));
  t.deepEqual([...widths], [address6.length * 8.5 + 20]);
});

test("every origin is wired to the ISP router, that to Halfbridge, and that to every client", (t) => {
  t.is(drawTopology({ ...report.topology, clients: many }).wires.length, 2 + 1 + 5);
});

test("what the ISP router takes for its own wire is framed, and origins are outside", (t) => {
  const { frame, boxes } = drawTopology(report.topology);
  const framed = boxes.filter(({ x }) => x >= frame.x).map(({ kind }) => kind);
  t.deepEqual(framed, ["isp", "router", "clients", "clients"]);
});
