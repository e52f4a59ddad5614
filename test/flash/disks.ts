import type { BlockDevice, Target } from "../../build/flash/target.ts";

const gib = 1024 ** 3;

/** A block device as lsblk tells it: a stick of 29.7 GiB, unless it is told otherwise. */
export function device(name: string, other: Partial<BlockDevice> = {}): BlockDevice {
  return {
    name,
    path: `/dev/${name}`,
    "maj:min": `8:${Buffer.from(name).reduce((sum, letter) => sum + letter)}`,
    type: "disk",
    size: 29.7 * gib,
    ro: false,
    vendor: "SanDisk ",
    model: "Ultra",
    serial: "4C530001",
    group: "disk",
    "log-sec": 512,
    mountpoints: [null],
    ...other,
  };
}

export const partition = (name: string, other: Partial<BlockDevice> = {}): BlockDevice =>
  device(name, { type: "part", vendor: null, model: null, serial: null, ...other });

/** The laptop that somebody flashes on: its own disk, encrypted, with the image below /home. */
export const ownDisk = device("nvme0n1", {
  vendor: null,
  model: "Samsung SSD 980",
  children: [
    partition("nvme0n1p1", { mountpoints: ["/boot/efi"] }),
    partition("nvme0n1p2", {
      children: [
        device("nvme0n1p2_crypt", {
          type: "crypt",
          path: "/dev/mapper/nvme0n1p2_crypt",
          children: [
            device("vg-root", { type: "lvm", mountpoints: ["/"] }),
            device("vg-home", { type: "lvm", mountpoints: ["/home"] }),
          ],
        }),
      ],
    }),
  ],
});

/** `to`, plugged into that laptop, as the target. */
export const targetOn = (
  to: BlockDevice,
  other: Partial<Target & { kind: "device" }> = {},
): Target & { kind: "device" } => ({
  kind: "device",
  number: to["maj:min"],
  writable: true,
  disks: [ownDisk, to],
  imageMount: "/home",
  ...other,
});
