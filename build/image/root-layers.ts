import { directory, link, mergeTrees, type Entry } from "../core/tree.ts";

/** Where a router's own files are in the root file system: `/router/etc`, `/router/modules`. */
const ownFolder = "/router";

/** What is in the second layer, by where it is looked for. */
const ownPlaces = [
  { at: "/etc/", stored: `${ownFolder}/etc/` },
  { at: "/usr/lib/modules/", stored: `${ownFolder}/modules/` },
] as const;

/** A root file system in two layers, which are packed one after the other. */
export interface RootLayers {
  /** What all routers of an architecture have: programs and the proxy with its runtime. Nearly all that weighs. */
  readonly shared: readonly Entry[];
  /** What this router has of its own: its configuration, and modules for its hardware. */
  readonly own: readonly Entry[];
}

/**
 * Parts a root file system, so that what takes long to compress is compressed once for all boards and sites.
 * The initramfs puts `/router/etc` over `/etc` (overlays/debian-initramfs).
 */
export function layerRoot(root: readonly Entry[]): RootLayers {
  const placeOf = ({ path }: Entry) => ownPlaces.find(({ at }) => path.startsWith(at));
  const shared = root.filter((entry) => placeOf(entry) === undefined);
  const own = root.flatMap((entry) => {
    const place = placeOf(entry);
    return place === undefined ? [] : [{ ...entry, path: place.stored + entry.path.slice(place.at.length) }];
  });
  return {
    shared: mergeTrees(shared, [directory("/etc"), link("/usr/lib/modules", "../../router/modules")]),
    own,
  };
}
