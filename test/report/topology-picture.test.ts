import test from "ava";
import { drawTopology } from "../../build/report/topology-picture.ts";
import { report } from "./fixture.ts";

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

test("every origin is wired to the ISP router, that to Halfbridge, and that to every client", (t) => {
  t.is(drawTopology({ ...report.topology, clients: many }).wires.length, 2 + 1 + 5);
});

test("what the ISP router takes for its own wire is framed, and origins are outside", (t) => {
  const { frame, boxes } = drawTopology(report.topology);
  const framed = boxes.filter(({ x }) => x >= frame.x).map(({ kind }) => kind);
  t.deepEqual(framed, ["isp", "router", "clients", "clients"]);
});
