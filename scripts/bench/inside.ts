/**
 * Runs in namespaces of its own, which end with it and take with them all that it has started, mounted and
 * set up. Its argument is a `Job` as JSON; prints its `Outcome`. Ends when its input does.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { reportFailure } from "../../build/cli/failure.ts";
import { ToolError } from "../../build/core/faults.ts";
import { note, step } from "../../build/core/progress.ts";
import { run } from "../../build/core/run.ts";
import { checkPeer } from "./check-peer.ts";
import { blockedCount, blockedDomains, probesOf } from "./domains.ts";
import type { Job, Outcome } from "./job.ts";
import { measureIdle, measureLoads } from "./measure.ts";
import { addresses, lead, makeNetwork } from "./network.ts";
import { startOrigin } from "./origin.ts";
import type { Peer, Place } from "./peers/peer.ts";
import { peers as allPeers } from "./peers/peers.ts";
import { parseDescriptorLimit } from "./proc-files.ts";
import { profilePeer } from "./profile.ts";
import { startPeer, type RunningPeer } from "./running-peer.ts";

process.on("uncaughtException", (error) => process.exit(reportFailure(error, false)));
process.stdin.resume().on("end", () => process.exit(2));
const job: Job = JSON.parse(process.argv[2] ?? "");
const folder = join(job.folder, "run");
const descriptors = parseDescriptorLimit(await readFile("/proc/self/limits", "utf8"));
const blocked = blockedDomains(blockedCount);
const probes = probesOf(blocked[blockedCount >> 1] as string);
const leftOut: { peer: string; why: string }[] = [];
const remarks: string[] = [];

await mkdir(folder, { recursive: true });
// squid has a file there by a name that another squid's would have
for (const memory of [folder, "/dev/shm"]) await run(["mount", "-t", "tmpfs", "tmpfs", memory]);
const network = await makeNetwork();
await startOrigin(network, join(folder, "origin"));

const running: { readonly place: Place; readonly row: RunningPeer }[] = [];
for (const id of job.peers) {
  const peer = allPeers.find((each) => each.id === id) as Peer;
  const place = placeOf(peer);
  await attempt(peer, () =>
    step(`start ${peer.title}, and see that it filters`, async () => {
      const row = await startPeer(peer, place);
      await lead(network, row);
      await checkPeer(network, peer, place, probes).catch(async (error: unknown) => {
        await row.stop();
        throw error;
      });
      running.push({ place, row });
    }),
  );
}

const report: Outcome = { samples: await measure(), leftOut, remarks };
process.stdout.write(JSON.stringify(report), () => process.exit());

async function measure(): Promise<Outcome["samples"]> {
  const setting = { network, job, running, remarks, attempt };
  if (job.profile !== undefined) return profilePeer(setting);
  return [...(await measureLoads(setting)), ...(await measureIdle(setting))];
}

/** A row that fails is left out, with its reason; the others are still measured. */
async function attempt(peer: Peer, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    note(error.message);
    leftOut.push({ peer: peer.id, why: error.message });
  }
}

function placeOf(peer: Peer): Place {
  const index = job.peers.indexOf(peer.id);
  return {
    folder: join(folder, peer.id),
    port: 3129 + index,
    client: addresses.clients[index] as string,
    sparePort: 3229 + index,
    blocked,
    hosts: [...probes.allowed, ...probes.blocked],
    origin: addresses.origin,
    programs: job.folder,
    // each has two sockets; the rest is for logs, lists and the like
    maxConnections: Math.min(16_384, Math.floor((descriptors - 1024) / 2)),
  };
}
