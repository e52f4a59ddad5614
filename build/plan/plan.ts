import type { Board, BoardProfile } from "../config/board.ts";
import { siteFileNames, type PlannedFile } from "../config/site-files.ts";
import type { Site } from "../config/site.ts";
import { hashOf } from "../core/hash.ts";
import { kernelNeeds } from "./kernel.ts";
import { modelBridgeBroute } from "./modes/bridge-broute.ts";
import { modelBridgeDnat } from "./modes/bridge-dnat.ts";
import { modelHalfBridge } from "./modes/half-bridge.ts";
import { modelProxyArp } from "./modes/proxy-arp.ts";
import type { NetworkModel } from "./network.ts";

/** Board and site, resolved and hashed: everything later follows from it. Plain data, no I/O. */
export interface Plan<B extends BoardProfile = Board> {
  /** sha256 over the canonical JSON of all else in the plan, in hex. */
  readonly hash: string;
  readonly board: B;
  readonly site: Site;
  /** The site's files by what is in them, wherever they lie. */
  readonly files: readonly PlannedFile[];
  readonly network: NetworkModel;
  readonly kernel: KernelNeeds;
}

/** For whom it doesn't matter where the system comes from. */
export type AnyPlan = Plan<BoardProfile>;

export interface KernelNeeds {
  /** Configuration symbols without `CONFIG_`; each must be =y or =m. */
  readonly options: readonly string[];
  /** Modules by what needs them, before dependencies. */
  readonly modules: {
    /** Loaded in the initramfs for the hardware that is found. */
    readonly storage: readonly string[];
    /** Loaded to mount the root file system and its overlay. */
    readonly system: readonly string[];
    /** On board for every mode in either dialect: a running router may be given any. A set-up loads its own. */
    readonly network: readonly string[];
    /** Loaded from the root file system for the hardware that is found. */
    readonly hardware: readonly string[];
  };
}

const modes: Readonly<Record<Site["mode"], (board: BoardProfile, site: Site) => NetworkModel>> = {
  "half-bridge": modelHalfBridge,
  "bridge-broute": modelBridgeBroute,
  "bridge-dnat": modelBridgeDnat,
  "proxy-arp": modelProxyArp,
};

/** Resolves a board, and a site with its files (others don't matter). The same ones give the same plan, byte for byte. */
export function makePlan<B extends BoardProfile>(
  board: B,
  site: Site,
  files: readonly PlannedFile[] = [],
): Plan<B> {
  const content = {
    board,
    site,
    files: siteFileNames(site).map((name) => findFile(name, files)),
    network: modes[site.mode](board, site),
    kernel: kernelNeeds(board),
  };
  return { hash: hashOf(content), ...content };
}

/** Only what is in it: where it lies may differ from one machine to the next. */
function findFile(name: string, files: readonly PlannedFile[]): PlannedFile {
  const file = files.find((each) => each.name === name);
  if (file === undefined) throw new Error(`${name}: the site names it, but it isn't there`);
  return { name, sha256: file.sha256, sizeBytes: file.sizeBytes };
}
