import type { Board } from "../config/board.ts";
import type { Site } from "../config/site.ts";
import type { NetworkModel } from "./network.ts";

/** Board and site, resolved and hashed: everything later follows from it. Plain data, no I/O. */
export interface Plan {
  /** sha256 over the canonical JSON of all else in the plan, in hex. */
  readonly hash: string;
  readonly board: Board;
  readonly site: Site;
  readonly network: NetworkModel;
  readonly kernel: KernelNeeds;
}

export interface KernelNeeds {
  /** `CONFIG_` symbols without the prefix; each must be =y or =m. */
  readonly options: readonly string[];
  /** Modules that the mode, the root file system and the board load, before dependencies. */
  readonly modules: readonly string[];
}
