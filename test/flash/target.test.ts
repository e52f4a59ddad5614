import test from "ava";
import { describeDevice, findDevice, formatBytes } from "../../build/flash/target.ts";
import { device, ownDisk, partition } from "./disks.ts";

test("a disk is described by what a person can tell it by", (t) => {
  t.is(describeDevice(device("sdb")), "SanDisk Ultra, 29.7 GiB, serial 4C530001 (sdb)");
  t.is(describeDevice(partition("mmcblk0")), "29.7 GiB (mmcblk0)");
});

test("a device is found by its number, with all that it is a part of", (t) => {
  const stick = device("sdb");
  t.deepEqual(findDevice(stick["maj:min"], [ownDisk, stick]), { device: stick, below: [] });
  const root = ownDisk.children?.[1]?.children?.[0]?.children?.[0];
  const found = findDevice(root?.["maj:min"] ?? "", [stick, ownDisk]);
  t.is(found?.device.name, "vg-root");
  t.deepEqual(
    found?.below.map(({ name }) => name),
    ["nvme0n1p2_crypt", "nvme0n1p2", "nvme0n1"],
  );
  t.is(findDevice("99:99", [ownDisk]), undefined);
});

test("sizes are said in the unit that fits", (t) => {
  t.is(formatBytes(4096), "4096 bytes");
  t.is(formatBytes(835 * 1024 ** 2), "835 MiB");
  t.is(formatBytes(59080704), "56.3 MiB");
  t.is(formatBytes(29.72 * 1024 ** 3), "29.7 GiB");
});
