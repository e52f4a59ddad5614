import type { Peer } from "./peer.ts";

/** The router without a proxy: what the machine can do at all. */
export const direct: Peer = {
  id: "direct",
  title: "routed, no proxy",
  packages: [],
  judges: "nothing",
  files: () => ({}),
};
