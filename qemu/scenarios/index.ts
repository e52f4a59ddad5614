import { asFound } from "./as-found.ts";
import { bridgedFrames } from "./bridged-frames.ts";
import { brokenSlot } from "./broken-slot.ts";
import { clientAddress } from "./client-address.ts";
import { counters } from "./counters.ts";
import { exemptClient } from "./exempt-client.ts";
import { askedAsClient, askedAsRouter } from "./explicit-proxy.ts";
import { fragments, fragmentsAsked } from "./fragments.ts";
import { ipv6Blocked, ipv6Bridged } from "./ipv6-choice.ts";
import { kernelSettings } from "./kernel-settings.ts";
import { joiningBridge, lanPorts } from "./lan-ports.ts";
import { largeBody } from "./large-body.ts";
import { largeSegments } from "./large-segments.ts";
import { metricsPort } from "./metrics-port.ts";
import { neighboursIpv6 } from "./neighbours-ipv6.ts";
import { neighbours } from "./neighbours.ts";
import { noWindowClosed, noWindowOpen } from "./no-window.ts";
import { nothingSlipsPast } from "./nothing-slips-past.ts";
import { openPorts } from "./open-ports.ts";
import { operating } from "./operating.ts";
import { overlappingRoutes } from "./overlapping-routes.ts";
import { ownFolders } from "./own-folders.ts";
import { ownUser } from "./own-user.ts";
import { passThrough } from "./pass-through.ts";
import { portReturns } from "./port-returns.ts";
import { policy } from "./policy.ts";
import { powerCuts } from "./power-cuts.ts";
import { failClosed, failOpen } from "./proxy-away.ts";
import { proxyRestart } from "./proxy-restart.ts";
import { quic } from "./quic.ts";
import { reboot } from "./reboot.ts";
import { routerAddress } from "./router-address.ts";
import { samePorts } from "./same-ports.ts";
import type { Scenario } from "./scenario.ts";
import { smallMtu } from "./small-mtu.ts";
import { takenFrames } from "./taken-frames.ts";
import { trial } from "./trial.ts";

/** What the lab proves of the site itself while nothing else is busy, because it is held against a time. */
export const timedScenarios: readonly Scenario[] = [proxyRestart];

/** What it proves of the site with the first router. */
export const scenarios: readonly Scenario[] = [
  neighbours,
  neighboursIpv6,
  clientAddress,
  lanPorts,
  joiningBridge,
  samePorts,
  largeBody,
  routerAddress,
  askedAsClient,
  askedAsRouter,
  passThrough,
  bridgedFrames,
  nothingSlipsPast,
  exemptClient,
  quic,
  ipv6Bridged,
  ipv6Blocked,
  overlappingRoutes,
  openPorts,
  metricsPort,
  ownUser,
  ownFolders,
  operating,
  policy,
];

/** What it proves meanwhile with copies of it, because they are switched off again and again. */
export const scenariosWithPowerCuts: readonly Scenario[] = [powerCuts];

/** What a disk's boot flow promises, whichever firmware starts it. */
export const bootScenarios: readonly Scenario[] = [brokenSlot];

/** What it proves of every mode in either dialect; each applies to the set-ups that promise it. */
export const matrixScenarios: readonly Scenario[] = [
  neighbours,
  neighboursIpv6,
  clientAddress,
  lanPorts,
  joiningBridge,
  samePorts,
  routerAddress,
  askedAsClient,
  askedAsRouter,
  nothingSlipsPast,
  passThrough,
  bridgedFrames,
  takenFrames,
  exemptClient,
  quic,
  fragments,
  fragmentsAsked,
  smallMtu,
  largeSegments,
  counters,
  metricsPort,
  failClosed,
  failOpen,
  noWindowClosed,
  noWindowOpen,
  ipv6Bridged,
  ipv6Blocked,
  kernelSettings,
  asFound,
];

/** What is no matter of the mode: proven once in each dialect. */
export const onceScenarios: readonly Scenario[] = [trial, portReturns, reboot];
