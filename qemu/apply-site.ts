import { setTimeout as sleep } from "node:timers/promises";
import type { Site } from "../build/config/site.ts";
import { builtSetup } from "../build/payload/configuration.ts";
import { makePlan } from "../build/plan/plan.ts";
import { quoteForShell } from "./framing.ts";
import type { Lane } from "./lab.ts";

/** How long the trial lasts that is confirmed at once; emulated routers are slow. */
const trialSeconds = 120;
const applyTimeoutMs = 90_000;

/** Gives a running router another site and keeps it, as an operator would; the lane that it is from then on. */
export async function applySite(lane: Lane, site: Site): Promise<Lane> {
  await lane.router.console.succeed(
    `${writeSite(site)} && halfbridge-ctl apply ${siteFile} --within ${trialSeconds} && halfbridge-ctl confirm`,
    { timeoutMs: applyTimeoutMs },
  );
  await forgetNeighbours(lane);
  return { ...lane, plan: makePlan(lane.plan.board, site, lane.plan.files) };
}

export const siteFile = "/tmp/site.yaml";

/** A command that writes a site on the router, beside the files that the image's own site names; JSON is YAML. */
export const writeSite = (site: Site): string =>
  `printf %s ${quoteForShell(JSON.stringify(site))} >${siteFile} && ` +
  `ln -sfn ${builtSetup}/lists ${builtSetup}/block-page.html /tmp/`;

/** Between a bridge and a routed mode other MACs answer; hosts would find out when their caches age. */
async function forgetNeighbours({ isp, client, topology }: Lane): Promise<void> {
  const flush = "ip neigh flush all; ip -6 neigh flush all";
  await Promise.all(
    [isp, ...topology.clients.map((_, index) => client(index + 1))].map((host) => host.run(flush)),
  );
  await sleep(200); // announcements that are under way
}
