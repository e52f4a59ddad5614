import type { BoardProfile } from "../config/board.ts";
import type { Site } from "../config/site.ts";
import type { Fault } from "../core/faults.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import type { Payload } from "../payload/payload.ts";
import type { Plan } from "../plan/plan.ts";

/** What a base makes of the payload for people who have a build of their own. */
export interface ExportBase<B extends BoardProfile = BoardProfile> {
  readonly name: string;
  /** Debian packages whose programs or libraries the payload takes along; their dependencies follow. */
  readonly packages: readonly string[];
  /** The board as this base sees it. Throws an InputError where the profile, of this file, doesn't say enough. */
  boardFor(profile: BoardProfile, file: string): B;
  /** What of a site doesn't go with this base or board; `file` is the site's. */
  check(board: B, site: Site, file: string): Fault[];
  /** Writes the overlay, and a README that says how it is used, into a folder that is there and empty. */
  write(made: Made<B>, directory: string): Promise<void>;
}

/** A payload, and what it was made of. */
export interface Made<B extends BoardProfile = BoardProfile> {
  readonly plan: Plan<B>;
  readonly payload: Payload;
  /** All that were fetched for it. */
  readonly packages: readonly Package[];
  readonly tools: Tools;
  /** What compiled the addon. */
  readonly compiler: string;
  readonly cache: string;
}
