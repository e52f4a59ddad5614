import type { Origin } from "../loader/loader.ts";
import type { Plan } from "../plan/plan.ts";
import type { Package } from "../debian/packages.ts";
import type { NodeRelease } from "../payload/runtime.ts";
import type { Layout } from "./layout.ts";
import type { Weight } from "./sizes.ts";

/** What manifest.json says of an image. Sizes in bytes. */
export interface Manifest {
  readonly halfbridge: string;
  readonly board: string;
  readonly site: string;
  readonly mode: string;
  readonly dialect: string;
  readonly base: string;
  readonly architecture: string;
  /** Whether Debian's updates and security fixes were taken, too. */
  readonly debianUpdates: boolean;
  readonly planHash: string;
  readonly kernel: string;
  readonly node: string;
  readonly addonCompiler: string;
  readonly image: { readonly file: string; readonly bytes: number; readonly sha256: string };
  /** Null in a build that was made to try things out. */
  readonly compressed: { readonly file: string; readonly bytes: number } | null;
  readonly slot: { readonly bootBytes: number; readonly rootBytes: number };
  readonly partitions: readonly {
    readonly name: string;
    readonly startBytes: number;
    readonly sizeBytes: number;
  }[];
  /** What the root file system's files weigh before compression, by where they are from. */
  readonly weights: readonly Weight[];
  readonly packages: readonly ManifestPackage[];
  /** What a boot loader is from that the image brings along. */
  readonly loader: readonly Origin[];
}

/** sha256 of what it was installed from, where that is one file. */
export type ManifestPackage = Pick<Package, "name" | "version" | "architecture" | "source"> & {
  readonly sha256?: string;
};

export interface ManifestFacts {
  readonly plan: Plan;
  readonly version: string;
  readonly debianUpdates: boolean;
  readonly kernelRelease: string;
  readonly node: NodeRelease;
  readonly addonCompiler: string;
  readonly image: Manifest["image"];
  readonly compressed: Manifest["compressed"];
  readonly slot: Manifest["slot"];
  readonly layout: Layout;
  readonly weights: readonly Weight[];
  readonly packages: readonly ManifestPackage[];
  readonly loader: readonly Origin[];
}

export function makeManifest({ plan, ...facts }: ManifestFacts): Manifest {
  const { board, site } = plan;
  return {
    halfbridge: facts.version,
    board: board.name,
    site: site.name,
    mode: site.mode,
    dialect: site.dialect,
    base: board.base,
    architecture: board.arch,
    debianUpdates: facts.debianUpdates,
    planHash: plan.hash,
    kernel: facts.kernelRelease,
    node: facts.node.version,
    addonCompiler: facts.addonCompiler,
    image: facts.image,
    compressed: facts.compressed,
    slot: facts.slot,
    partitions: facts.layout.partitions.map(({ name, startBytes, sizeBytes }) => ({
      name,
      startBytes,
      sizeBytes,
    })),
    weights: facts.weights,
    packages: facts.packages
      .map(({ name, version, architecture, source, sha256 }) => ({
        name,
        version,
        architecture,
        source,
        ...(sha256 === undefined ? {} : { sha256 }),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    loader: facts.loader,
  };
}
