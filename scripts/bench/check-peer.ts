import { readFile } from "node:fs/promises";
import { ToolError } from "../../build/core/faults.ts";
import { run } from "../../build/core/run.ts";
import type { Answer } from "./ask.ts";
import type { Probes } from "./domains.ts";
import { addresses, type Network } from "./network.ts";
import type { Peer, Place } from "./peers/peer.ts";
import { saidFile } from "./running-peer.ts";

/**
 * Whether a row does what all are compared at: what is allowed gets to the origin, which sees the client's
 * address; what is blocked is told so, or reset. A filter that doesn't filter, or a proxy that isn't
 * transparent, has an easier task: throws a ToolError that says which it is.
 */
export async function checkPeer(network: Network, peer: Peer, place: Place, probes: Probes): Promise<void> {
  const hosts = [...probes.allowed, ...probes.blocked];
  const ask = [process.execPath, `${import.meta.dirname}/ask.ts`, addresses.origin, "/whoami", ...hosts];
  const { stdout } = await run([...network.inClient, ...ask]);
  const answers = stdout.trim().split("\n");
  const faults = hosts.flatMap((host, index) => {
    const answer: Answer = JSON.parse(answers[index] ?? "{}");
    const mayPass = peer.judges === "nothing" || probes.allowed.includes(host);
    if (mayPass ? passed(answer, place.client) : isBlocked(answer)) return [];
    return [`${host} ${mayPass ? "should get through" : "should be blocked"}: ${JSON.stringify(answer)}`];
  });
  const otherwise = peer.isNot?.(await readFile(saidFile(place), "utf8"));
  if (otherwise !== undefined) faults.push(otherwise);
  if (faults.length > 0) throw new ToolError(faults.join("; "));
}

function passed({ status, text }: Answer, client: string): boolean {
  return status === 200 && text === client;
}

function isBlocked({ status, error }: Answer): boolean {
  return status === 403 || error === "ECONNRESET";
}
