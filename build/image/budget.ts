import type { Board } from "../config/board.ts";
import type { Fault } from "../core/faults.ts";
import type { MemoryPlan } from "../plan/memory.ts";
import { estimateError, type PackedWeight } from "./estimate.ts";
import type { Layout, Partition } from "./layout.ts";

/** Something that is part of an image. */
export interface Part extends PackedWeight {
  /** The partition that it is on; `head` is what lies before the first. */
  readonly on: PartitionKind | "head";
}

type PartitionKind = "firmware" | "boot" | "root" | "data";

/** A partition, or the whole storage; what is taken may be an estimate. */
export interface Room {
  readonly name: Partition["name"] | "storage";
  readonly sizeBytes: number;
  readonly takenBytes: number;
}

/** What an image weighs, and what it leaves of flash and RAM. */
export interface Budget {
  /** The heaviest first. */
  readonly parts: readonly Part[];
  readonly partitions: readonly (Room & { readonly name: Partition["name"] })[];
  readonly storage: Room;
  readonly memory: MemoryPlan;
}

const kinds: Readonly<Partial<Record<Partition["name"], PartitionKind>>> = {
  esp: "firmware",
  firmware: "firmware",
  "boot-a": "boot",
  "root-a": "root",
  "boot-b": "boot",
  "root-b": "root",
  data: "data",
};

const keys = { firmware: "firmwareMiB", boot: "bootMiB", root: "rootMiB", data: "dataMiB" } as const;

const MiB = 1024 * 1024;

/** Lays parts out on a board's disk; slot B is as full as slot A once the router was updated. */
export function planBudget(board: Board, layout: Layout, parts: readonly Part[], memory: MemoryPlan): Budget {
  const takenOf = (kind: PartitionKind | undefined): number =>
    parts.filter(({ on }) => on === kind).reduce((sum, { packedBytes }) => sum + packedBytes, 0);
  return {
    parts: [...parts].sort((a, b) => b.packedBytes - a.packedBytes || (a.from < b.from ? -1 : 1)),
    partitions: layout.partitions.flatMap(({ name, sizeBytes }) => {
      const kind = kinds[name];
      return kind === undefined ? [] : [{ name, sizeBytes, takenBytes: takenOf(kind) }];
    }),
    storage: { name: "storage", sizeBytes: board.storageMiB * MiB, takenBytes: layout.sizeBytes },
    memory,
  };
}

/**
 * All that is over budget: by how much, and the five that weigh most there. What is estimated must be over by more
 * than the estimate's error; what is nearer shows when it is packed.
 */
export function findOverruns(board: Board, { parts, partitions, storage, memory }: Budget): Fault[] {
  const faults: Fault[] = [];
  const blame = (path: string, fact: string, hint: string) =>
    faults.push({ file: `board ${board.name}`, path, fact, hint });
  for (const { name, sizeBytes, takenBytes } of partitions) {
    const kind = kinds[name];
    if (kind === undefined || name.endsWith("-b")) continue; // a twin of slot A
    const margin = kind === "root" || kind === "boot" ? estimateError : 0;
    const overBytes = takenBytes * (1 - margin) - sizeBytes;
    if (overBytes <= 0) continue;
    const heaviest = parts.filter(({ on }) => on === kind).slice(0, 5);
    blame(
      `/image/${keys[kind]}`,
      `is ${Math.round(sizeBytes / MiB)} MiB, ${Math.ceil(overBytes / MiB)} MiB too little`,
      `heaviest: ${heaviest.map(({ from, packedBytes }) => `${from} ${megabytes(packedBytes)}`).join(", ")}`,
    );
  }
  if (storage.takenBytes > storage.sizeBytes) {
    const overMiB = Math.ceil((storage.takenBytes - storage.sizeBytes) / MiB);
    blame("/storageMiB", `is ${board.storageMiB} MiB, ${overMiB} MiB too little`, "shrink /image");
  }
  if (memory.leftMiB < 0) {
    const needs = memory.needs.slice(0, 5).map(({ what, MiB: size }) => `${what} ${Math.round(size)} MiB`);
    blame(
      "/memoryMiB",
      `is ${board.memoryMiB} MiB, ${Math.ceil(-memory.leftMiB)} MiB too little for this site`,
      `most is for: ${needs.join(", ")}`,
    );
  }
  return faults;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
