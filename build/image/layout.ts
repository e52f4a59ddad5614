import type { Board } from "../config/board.ts";
import { hashOf } from "../core/hash.ts";

/** A partition of a disk image; sizes and places in bytes. */
export interface Partition {
  readonly name: "bios" | "esp" | "boot-a" | "root-a" | "boot-b" | "root-b" | "data";
  /** GPT partition type GUID (UEFI specification 5.3.3; discoverable partitions specification). */
  readonly type: string;
  readonly guid: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
}

export interface Layout {
  readonly diskGuid: string;
  readonly sizeBytes: number;
  readonly partitions: readonly Partition[];
}

const MiB = 1024 * 1024;

const types = {
  bios: "21686148-6449-6E6F-744E-656564454649",
  esp: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
  linux: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
} as const;

/**
 * Where everything is on the disk. Two slots of kernel and root each, so that an update can write one
 * while the other runs; the layout of a flashed disk never changes.
 */
export function layoutDisk({ name: board, image }: Board): Layout {
  const wanted = [
    { name: "bios", type: types.bios, MiB: 1 },
    { name: "esp", type: types.esp, MiB: image.firmwareMiB },
    { name: "boot-a", type: types.linux, MiB: image.bootMiB },
    { name: "root-a", type: types.linux, MiB: image.rootMiB },
    { name: "boot-b", type: types.linux, MiB: image.bootMiB },
    { name: "root-b", type: types.linux, MiB: image.rootMiB },
    { name: "data", type: types.linux, MiB: image.dataMiB },
  ] as const;
  let startBytes = MiB;
  const partitions = wanted.map(({ name, type, MiB: size }) => {
    const partition = { name, type, guid: fixedGuid(board, name), startBytes, sizeBytes: size * MiB };
    startBytes += partition.sizeBytes;
    return partition;
  });
  // the last MiB is for the second copy of the partition table
  return { diskGuid: fixedGuid(board, "disk"), sizeBytes: startBytes + MiB, partitions };
}

/** A GUID that is the same in every build (RFC 9562, version 8). */
export function fixedGuid(board: string, name: string): string {
  const hex = hashOf(["halfbridge", board, name]);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`.toUpperCase();
}

/** What `sfdisk` reads to make the partition table. */
export function sfdiskScript({ diskGuid, partitions }: Layout): string {
  return [
    "label: gpt",
    `label-id: ${diskGuid}`,
    "unit: sectors",
    "sector-size: 512",
    "",
    ...partitions.map(
      ({ name, type, guid, startBytes, sizeBytes }) =>
        `start=${startBytes / 512}, size=${sizeBytes / 512}, type=${type}, uuid=${guid}, name="${name}"`,
    ),
    "",
  ].join("\n");
}
