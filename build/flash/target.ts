/** A block device as `lsblk --json --bytes` tells it, with what is on it: partitions, volumes, arrays. */
export interface BlockDevice {
  readonly name: string;
  readonly path: string;
  /** Its number, `8:16`. */
  readonly "maj:min": string;
  /** `disk`, `part`, `loop`, `rom`, `lvm`, `crypt`, `raid1`… */
  readonly type: string;
  /** In bytes; 0 where a reader has no card in it. */
  readonly size: number;
  readonly ro: boolean;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  /** The group that the device's node belongs to. */
  readonly group: string | null;
  /** Sectors that it is addressed by, in bytes. */
  readonly "log-sec": number;
  /** Where it is mounted; `[SWAP]` where it is swapped to. */
  readonly mountpoints: readonly (string | null)[];
  readonly children?: readonly BlockDevice[];
}

/** All that decides whether a path may be written to. */
export type Target =
  | { readonly kind: "missing" }
  /** Neither block device nor regular file; `what` says what, with its article. */
  | { readonly kind: "other"; readonly what: string }
  | {
      readonly kind: "file";
      readonly bytes: number;
      readonly writable: boolean;
      /** It is the very file that is to be written. */
      readonly isImage: boolean;
      /** It lies where device nodes are. */
      readonly amongDevices: boolean;
    }
  | {
      readonly kind: "device";
      readonly number: string;
      readonly writable: boolean;
      /** Every block device of this machine, disks first, the rest below them. */
      readonly disks: readonly BlockDevice[];
      /** The mount point of the file system that holds the image. */
      readonly imageMount: string;
    };

/** A device, and the devices that it is a part of or lies on, the nearest first. */
export interface FoundDevice {
  readonly device: BlockDevice;
  readonly below: readonly BlockDevice[];
}

/** Finds a device by its number. */
export function findDevice(number: string, disks: readonly BlockDevice[]): FoundDevice | undefined {
  for (const disk of disks) {
    if (disk["maj:min"] === number) return { device: disk, below: [] };
    const found = findDevice(number, disk.children ?? []);
    if (found !== undefined) return { ...found, below: [...found.below, disk] };
  }
  return undefined;
}

/** What a person tells a disk by: `SanDisk Ultra, 29.7 GiB, serial 4C530001 (sdb)`. */
export function describeDevice({ name, vendor, model, serial, size }: BlockDevice): string {
  const maker = [vendor, model].map((text) => text?.trim() ?? "").filter((text) => text !== "");
  const known = [maker.join(" "), formatBytes(size), serial === null ? "" : `serial ${serial.trim()}`];
  return `${known.filter((text) => text !== "").join(", ")} (${name})`;
}

/** `29.7 GiB`, `835 MiB`, `4096 bytes` */
export function formatBytes(bytes: number): string {
  for (const [unit, size, digits] of [
    ["GiB", 1024 ** 3, 1],
    ["MiB", 1024 ** 2, bytes % 1024 ** 2 === 0 ? 0 : 1],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(digits)} ${unit}`;
  }
  return `${bytes} bytes`;
}
