import test from "ava";
import { mergeSboms } from "../../../build/base/openwrt/merge-sboms.ts";

const ours = JSON.stringify({ components: [{ name: "node", version: "24" }] });

test("components of OpenWrt's are added once, whatever order its script writes them in", (t) => {
  const busybox = { name: "busybox", version: "1", licenses: [{ license: { name: "GPL" } }] };
  const uci = { name: "uci", version: "2" };
  const node = { name: "node", version: "18" };
  const merged = mergeSboms(ours, JSON.stringify({ components: [uci, busybox, node] }));
  t.deepEqual(JSON.parse(merged), { components: [{ name: "node", version: "24" }, busybox, uci] });
  const shuffled = [
    { licenses: busybox.licenses, version: "1", name: "busybox" },
    { version: "2", name: "uci" },
  ];
  t.is(mergeSboms(ours, JSON.stringify({ components: shuffled })), merged);
});

test("without a bill of materials of OpenWrt's, ours stays as it is", (t) => {
  t.is(mergeSboms(ours, undefined), ours);
});
