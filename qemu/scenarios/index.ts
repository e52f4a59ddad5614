import { arpReplies } from "./arp-replies.ts";
import { clientAddress } from "./client-address.ts";
import { nothingSlipsPast } from "./nothing-slips-past.ts";
import { openPorts } from "./open-ports.ts";
import { overlappingRoutes } from "./overlapping-routes.ts";
import { passThrough } from "./pass-through.ts";
import { powerCuts } from "./power-cuts.ts";
import { proxyRestart } from "./proxy-restart.ts";
import type { Scenario } from "./scenario.ts";

/** What the lab proves with the first router; what is held against a time comes first. */
export const scenarios: readonly Scenario[] = [
  proxyRestart,
  arpReplies,
  clientAddress,
  passThrough,
  nothingSlipsPast,
  overlappingRoutes,
  openPorts,
];

/** What it proves meanwhile with copies of it, because they are switched off again and again. */
export const scenariosWithPowerCuts: readonly Scenario[] = [powerCuts];
