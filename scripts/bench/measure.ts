import { step } from "../../build/core/progress.ts";
import { applyLoad } from "./apply-load.ts";
import { idleCounts, type BulkFigure, type RequestFigure, type Sample } from "./figures.ts";
import { withIdleConnections } from "./idle.ts";
import type { Job } from "./job.ts";
import { lead, type Network } from "./network.ts";
import type { Peer, Place } from "./peers/peer.ts";
import type { Memory } from "./proc-files.ts";
import { emptyLogs, startPeer, type RunningPeer } from "./running-peer.ts";
import type { Values } from "./samples.ts";

/** Not every proxy can be as full as it may be. */
const spareConnections = 100;

/** What is there to be measured, and where to say what it isn't. */
export interface Setting {
  readonly network: Network;
  readonly job: Job;
  readonly running: readonly { readonly place: Place; readonly row: RunningPeer }[];
  readonly remarks: string[];
  readonly attempt: (peer: Peer, work: () => Promise<void>) => Promise<void>;
}

/** Round by round and figure by figure, row after row: what the machine does meanwhile favours none. */
export async function measureLoads(setting: Setting): Promise<Sample[]> {
  const { network, job, running, attempt } = setting;
  const samples: Sample[] = [];
  for (let round = 1; round <= job.rounds; round++) {
    for (const figure of job.figures) {
      if (figure === "idle") continue;
      for (const { place, row } of running) {
        const { id, title } = row.peer;
        await lead(network, row);
        await attempt(row.peer, async () => {
          const work = () => measureLoad(figure, row, setting);
          const values = await step(`round ${round}/${job.rounds}, ${figure}, ${title}`, work);
          for (const [metric, value] of Object.entries(values))
            samples.push({ peer: id, metric, round, value });
        });
        await emptyLogs(place);
      }
    }
  }
  return samples;
}

async function measureLoad(
  figure: RequestFigure | BulkFigure,
  { peer, cpuSeconds }: RunningPeer,
  { network, job, remarks }: Setting,
): Promise<Values> {
  const before = await cpuSeconds();
  const { failed, amount, valuesWith } = await applyLoad(figure, network, job);
  const after = await cpuSeconds();
  if (failed > 0) remarks.push(`${peer.title}, ${figure}: ${failed} failed in a round, beside ${amount}`);
  return valuesWith(after === undefined || before === undefined ? undefined : after - before);
}

/** Each in a process that has done nothing before: what load has left behind isn't for idle connections. */
export async function measureIdle(setting: Setting): Promise<Sample[]> {
  const { job, running, remarks, attempt } = setting;
  if (!job.figures.includes("idle")) return [];
  const proxies = running.filter(({ row: { port } }) => port !== undefined);
  for (const { row } of proxies) await row.stop();
  const samples: Sample[] = [];
  for (const wanted of idleCounts) {
    const [first] = proxies;
    const count = Math.min(wanted, (first?.place.maxConnections ?? wanted) - spareConnections);
    if (count < wanted) {
      remarks.push(`${wanted} idle were ${count}: a process may have no more descriptors here`);
    }
    for (const { place, row } of proxies) {
      await attempt(row.peer, () =>
        step(`${count} idle connections, ${row.peer.title}`, async () => {
          const { resident, unbacked } = await memoryWith(count, row.peer, place, setting);
          const peer = row.peer.id;
          samples.push({ peer, metric: `idle.${wanted}`, round: 1, value: resident / 1e6 });
          samples.push({ peer, metric: `idle.${wanted}.unbacked`, round: 1, value: unbacked / 1e6 });
        }),
      );
    }
  }
  return samples;
}

async function memoryWith(count: number, peer: Peer, place: Place, { network }: Setting): Promise<Memory> {
  const row = await startPeer(peer, place);
  try {
    await lead(network, row);
    return await withIdleConnections(network, count, row.memory).catch(async (error: unknown) => {
      // if it has ended, that says more
      await row.pids();
      throw error;
    });
  } finally {
    await row.stop();
  }
}
