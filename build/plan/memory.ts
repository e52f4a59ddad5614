import type { Board } from "../config/board.ts";
import type { Site } from "../config/site.ts";

/** What a router's RAM goes to, in MiB; nothing is rounded. */
export interface MemoryPlan {
  readonly totalMiB: number;
  /** The largest first. */
  readonly needs: readonly { readonly what: string; readonly MiB: number }[];
  /** What remains for connections and all else; below zero: the board is too small for the site. */
  readonly leftMiB: number;
  /** How many idle connections the proxy has room for in that; the site's own limit may be lower. */
  readonly connections: number;
}

/**
 * What the kernel takes before anything runs, and how its tables grow. MemTotal of images in the lab's machines: on
 * amd64 117, 212, 464, 967 and 1974 MiB of 160, 256, 512, 1024 and 2048; on arm64 458 and 959 of 512 and 1024. armhf: as arm64.
 */
const kernel = { fixedMiB: { amd64: 40, arm64: 47, armhf: 47 }, share: 1 / 64 } as const;

/** MemTotal less MemAvailable of an idle router, its proxy listening: 48, 50 and 53 MiB of 160, 256 and 512. */
const systemMiB = 50;

/** The same is 98 MiB more of 1024 and of 2048: from 512 MiB of MemTotal on the kernel keeps pages free for huge ones. */
const reserve = { fromTotalMiB: 512, MiB: 98 };

/** Of Node's program: a start reads 18 MB (docs/architecture.md). With less it is read again and again. */
const programMiB = 18;

/**
 * What a million entries of lists take of each engine while they are replaced, and an idle connection of its own
 * (docs/proxy.md, docs/squid.md); what the kernel keeps for sockets isn't in it.
 */
const engines = {
  halfbridge: { policyMiB: 43, connectionKiB: 3 },
  squid: { policyMiB: 134, connectionKiB: 38 },
} as const;

/** Reckons what a board's RAM goes to with a site whose lists have so many entries. */
export function planMemory({ arch, memoryMiB }: Board, { proxy }: Site, listEntries: number): MemoryPlan {
  const { policyMiB, connectionKiB } = engines[proxy.engine];
  const kernelMiB = kernel.fixedMiB[arch] + memoryMiB * kernel.share;
  const needs = [
    { what: "kernel", MiB: kernelMiB },
    { what: "system and proxy, idle", MiB: systemMiB },
    ...(memoryMiB - kernelMiB < reserve.fromTotalMiB
      ? []
      : [{ what: "kept free by the kernel", MiB: reserve.MiB }]),
    { what: "the proxy's program, to stay in memory", MiB: programMiB },
    ...(listEntries === 0 ? [] : [{ what: "the site's lists", MiB: (listEntries / 1e6) * policyMiB }]),
  ].sort((a, b) => b.MiB - a.MiB);
  const leftMiB = memoryMiB - needs.reduce((sum, { MiB }) => sum + MiB, 0);
  return {
    totalMiB: memoryMiB,
    needs,
    leftMiB,
    connections: Math.max(0, Math.floor((leftMiB * 1024) / connectionKiB)),
  };
}
