import test, { type ExecutionContext } from "ava";
import { judgeTarget } from "../../build/flash/judge-target.ts";
import type { BlockDevice, Target } from "../../build/flash/target.ts";
import { device, ownDisk, partition, targetOn } from "./disks.ts";

const mib = 1024 ** 2;
const imageBytes = 835 * mib;

function refused(t: ExecutionContext, target: Target, ...expected: [fact: string, hint: RegExp][]): void {
  const faults = judgeTarget("/dev/given", target, imageBytes);
  t.deepEqual(
    faults.map(({ fact }) => fact),
    expected.map(([fact]) => fact),
  );
  for (const [index, fault] of faults.entries()) {
    t.is(fault.file, "/dev/given");
    t.regex(fault.hint ?? "", expected[index]?.[1] ?? /^$/);
  }
}

test("a stick that nothing uses may be written", (t) => {
  refused(t, targetOn(device("sdb")));
  refused(t, targetOn(device("sdb", { size: imageBytes })));
  refused(t, targetOn(device("sdb", { children: [partition("sdb1"), partition("sdb2")] })));
  refused(t, targetOn(device("loop0", { type: "loop" })));
});

test("a path that isn't there is refused", (t) => {
  refused(t, { kind: "missing" }, ["does not exist", /lsblk/]);
});

test("what is neither a block device nor a regular file is refused", (t) => {
  const fact = "is a folder, neither a block device nor a regular file";
  refused(t, { kind: "other", what: "a folder" }, [fact, /whole disk/]);
});

test("a partition is refused, and its disk is named", (t) => {
  const part = partition("sdb1");
  const stick = device("sdb", { children: [part] });
  const target = targetOn(stick, { number: part["maj:min"] });
  refused(t, target, ["is a partition of sdb", /^name the whole disk: \/dev\/sdb$/]);
});

test("a volume, an array and a CD drive are no whole disks", (t) => {
  const [, crypt] = ownDisk.children ?? [];
  const volume = crypt?.children?.[0]?.children?.[1] as BlockDevice;
  const fact = (type: string) => `is not a whole disk, but of type ${type}`;
  refused(t, targetOn(ownDisk, { number: volume["maj:min"] }), [fact("lvm"), /lsblk/]);
  refused(t, targetOn(device("sr0", { type: "rom" })), [fact("rom"), /lsblk/]);
  const array = device("md0", { type: "raid1" });
  const member = device("sdb", { children: [array] });
  refused(t, targetOn(member, { number: array["maj:min"] }), [fact("raid1"), /lsblk/]);
});

test("the disk of the running system is refused however deep the system lies, and no other reason is needed", (t) => {
  const fact = "is this machine's own disk: it holds /";
  refused(t, targetOn(ownDisk, { disks: [ownDisk] }), [fact, /medium that the router starts from/]);
  const booted = device("mmcblk0", { children: [partition("mmcblk0p1", { mountpoints: ["/boot"] })] });
  refused(t, targetOn(booted), ["is this machine's own disk: it holds /boot", /./]);
});

test("the disk that holds the image is refused", (t) => {
  const store = device("sdc", { children: [partition("sdc1", { mountpoints: ["/srv/images"] })] });
  const target = targetOn(store, { imageMount: "/srv/images" });
  refused(t, target, ["holds the image that is to be written (on /srv/images)", /another disk/]);
});

test("a disk with mounted partitions is refused, each with how to unmount it", (t) => {
  const stick = device("sdb", {
    children: [
      partition("sdb1", { mountpoints: ["/media/a", "/mnt"] }),
      partition("sdb2", { mountpoints: ["/media/b"] }),
    ],
  });
  refused(
    t,
    targetOn(stick),
    ["is in use: sdb1 is mounted on /media/a", /umount \/dev\/sdb1$/],
    ["is in use: sdb1 is mounted on /mnt", /umount \/dev\/sdb1$/],
    ["is in use: sdb2 is mounted on /media/b", /umount \/dev\/sdb2$/],
  );
});

test("a disk that is mounted as a whole is refused", (t) => {
  const fact = "is in use: sdb is mounted on /media/a";
  refused(t, targetOn(device("sdb", { mountpoints: ["/media/a"] })), [fact, /umount \/dev\/sdb$/]);
});

test("a disk that is swapped to is refused", (t) => {
  const stick = device("sdb", { children: [partition("sdb1", { mountpoints: ["[SWAP]"] })] });
  refused(t, targetOn(stick), ["is in use: sdb1 is swapped to", /swapoff \/dev\/sdb1$/]);
});

for (const [type, hint] of [
  ["lvm", /lvchange --activate n \/dev\/held/],
  ["crypt", /cryptsetup close \/dev\/held/],
  ["raid1", /mdadm --stop \/dev\/held/],
  ["mpath", /^stop \/dev\/held first$/],
] as const) {
  test(`a disk that belongs to something of type ${type} is refused`, (t) => {
    const held = device("held", { type });
    const whole = device("sdb", { children: [held] });
    refused(t, targetOn(whole), [`is in use: sdb belongs to held (${type})`, hint]);
    const parted = device("sdb", { children: [partition("sdb1", { children: [held] })] });
    refused(t, targetOn(parted), [`is in use: sdb1 belongs to held (${type})`, hint]);
  });
}

test("a disk that is too small is refused by how much", (t) => {
  const fact = "holds 834 MiB, 1 MiB less than the image's 835 MiB";
  refused(t, targetOn(device("sdb", { size: 834 * mib })), [fact, /larger/]);
});

test("a card reader without a card is refused", (t) => {
  refused(t, targetOn(device("sdb", { size: 0 })), ["has no medium in it", /insert/]);
});

test("a read-only disk is refused, whatever the user may", (t) => {
  const locked = device("mmcblk0", { ro: true });
  refused(t, targetOn(locked), ["is read-only", /lock/]);
  refused(t, targetOn(locked, { writable: false }), ["is read-only", /lock/]);
});

test("a disk that the user may not write is refused, with the group that may", (t) => {
  const fact = "may not be read and written by this user";
  refused(t, targetOn(device("sdb"), { writable: false }), [fact, /sudo, or join.* "\$USER" disk$/]);
  refused(t, targetOn(device("sdb", { group: "root" }), { writable: false }), [fact, /^run it with sudo$/]);
});

test("a disk with sectors that the image's partition table doesn't count in is refused", (t) => {
  const fact = "has sectors of 4096 bytes, but the image's partition table counts in 512";
  refused(t, targetOn(device("sdb", { "log-sec": 4096 })), [fact, /another/]);
});

test("all that is wrong with a disk is told at once", (t) => {
  const stick = device("sdb", { size: mib, ro: true, mountpoints: ["/media/a"] });
  refused(
    t,
    targetOn(stick),
    ["is in use: sdb is mounted on /media/a", /./],
    ["is read-only", /./],
    ["holds 1 MiB, 834 MiB less than the image's 835 MiB", /./],
  );
});

test("a device that lsblk doesn't list is refused", (t) => {
  refused(t, targetOn(device("sdb"), { number: "" }), ["is a block device that lsblk does not list", /./]);
});

const file = {
  kind: "file",
  bytes: imageBytes,
  writable: true,
  isImage: false,
  amongDevices: false,
} as const;

test("a regular file that is large enough may be written in a disk's stead", (t) => {
  refused(t, file);
});

test("a regular file is refused that is too small, not the user's, the image itself, or left in /dev", (t) => {
  const small = "holds 1 MiB, 834 MiB less than the image's 835 MiB";
  refused(t, { ...file, bytes: mib }, [small, /truncate --size 875560960/]);
  refused(t, { ...file, writable: false }, ["may not be read and written by this user", /chmod/]);
  refused(t, { ...file, isImage: true }, ["is the image itself", /./]);
  refused(t, { ...file, amongDevices: true }, [
    "is a regular file among the device nodes, in RAM",
    /remove it/,
  ]);
});
