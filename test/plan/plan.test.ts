import test from "ava";
import { readBoardByName } from "../../build/config/board.ts";
import { readSite } from "../../build/config/site.ts";
import { makePlan } from "../../build/plan/plan.ts";

const board = await readBoardByName("x86-64");
const site = await readSite("sites/example.yaml");

test("the same board and site give the same plan", (t) => {
  t.deepEqual(makePlan(board, structuredClone(site)), makePlan(structuredClone(board), site));
});

test("any difference gives another hash", (t) => {
  const { hash } = makePlan(board, site);
  t.not(makePlan(board, { ...site, capture: [80, 8080] }).hash, hash);
  t.not(makePlan({ ...board, memoryMiB: 512 }, site).hash, hash);
});

test("a plan is plain data", (t) => {
  const plan = makePlan(board, site);
  t.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

test("the half bridge has the ISP's port alone on its bridge, and addresses on the ports", (t) => {
  const { network } = makePlan(board, site);
  t.deepEqual(network.bridge, { name: "br0", ports: ["eth0"] });
  t.deepEqual(
    network.addresses.map(({ device, local, prefixLength }) => `${local}/${prefixLength} ${device}`),
    ["10.1.2.2/32 eth0", "10.1.2.2/24 eth1"],
  );
});

test("no rule lets an ARP request for the ISP's router or a duplicate-address probe be answered", (t) => {
  const { bridging } = makePlan(board, site).network;
  const verdicts = bridging?.rules.map(({ arpRequest, verdict }) => [arpRequest, verdict]);
  t.deepEqual(verdicts, [
    [{ gratuitous: true }, "route"],
    [{ sender: "0.0.0.0" }, "route"],
    [{ target: "10.1.2.1" }, "route"],
    [{ target: "10.1.2.0/24" }, "bridge"],
  ]);
});
