import type { Board } from "../config/board.ts";
import { headMiB } from "../config/check-board.ts";
import { hashOf } from "../core/hash.ts";

/** A partition of a disk image; sizes and places in bytes. */
export interface Partition {
  readonly name: "bios" | "esp" | "firmware" | "state" | "boot-a" | "root-a" | "boot-b" | "root-b" | "data";
  /** From 1, as boot loaders count. */
  readonly number: number;
  /** GPT partition type GUID (UEFI specification 5.3.3; discoverable partitions specification). */
  readonly type: string;
  /** What sfdisk calls it. */
  readonly attributes: string | undefined;
  readonly guid: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
}

export interface Layout {
  readonly diskGuid: string;
  readonly sizeBytes: number;
  readonly partitions: readonly Partition[];
}

/** A partition that a format puts before the slots. */
export interface FirstPartition {
  readonly name: Partition["name"];
  readonly type: keyof typeof types;
  readonly MiB: number;
  readonly attributes?: string;
}

const MiB = 1024 * 1024;

const types = {
  bios: "21686148-6449-6E6F-744E-656564454649",
  esp: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
  basicData: "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
  linux: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
} as const;

/**
 * Where everything is on the disk: what a format starts from, then two slots of kernel and root each, so that
 * an update can write one while the other runs. The layout of a flashed disk never changes.
 */
export function layoutDisk(board: Board, first: readonly FirstPartition[]): Layout {
  const { name: boardName, image } = board;
  const wanted: readonly FirstPartition[] = [
    ...first,
    { name: "boot-a", type: "linux", MiB: image.bootMiB },
    { name: "root-a", type: "linux", MiB: image.rootMiB },
    { name: "boot-b", type: "linux", MiB: image.bootMiB },
    { name: "root-b", type: "linux", MiB: image.rootMiB },
    { name: "data", type: "linux", MiB: image.dataMiB },
  ];
  let startBytes = headMiB(board) * MiB;
  const partitions = wanted.map(({ name, type, MiB: sizeMiB, attributes }, index) => {
    const partition = {
      ...{ name, number: index + 1, type: types[type], attributes, guid: fixedGuid(boardName, name) },
      ...{ startBytes, sizeBytes: sizeMiB * MiB },
    };
    startBytes += partition.sizeBytes;
    return partition;
  });
  // the last MiB is for the second copy of the partition table
  return { diskGuid: fixedGuid(boardName, "disk"), sizeBytes: startBytes + MiB, partitions };
}

/** A GUID that is the same in every build (RFC 9562, version 8). */
export function fixedGuid(board: string, name: string): string {
  const hex = hashOf(["halfbridge", board, name]);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`.toUpperCase();
}

/** What `sfdisk` reads to make the partition table. */
export function sfdiskScript({ diskGuid, partitions }: Layout): string {
  const line = ({ name, type, attributes, guid, startBytes, sizeBytes }: Partition): string =>
    [
      `start=${startBytes / 512}, size=${sizeBytes / 512}, type=${type}, uuid=${guid}, name="${name}"`,
      ...(attributes === undefined ? [] : [`attrs="${attributes}"`]),
    ].join(", ");
  return [
    "label: gpt",
    `label-id: ${diskGuid}`,
    "unit: sectors",
    "sector-size: 512",
    "",
    ...partitions.map(line),
    "",
  ].join("\n");
}
