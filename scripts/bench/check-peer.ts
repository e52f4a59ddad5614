import { ToolError } from "../../build/core/faults.ts";
import { run } from "../../build/core/run.ts";
import type { Answer } from "./ask.ts";
import { allowedHost } from "./domains.ts";
import { addresses, type Network } from "./network.ts";
import type { Peer } from "./peers/peer.ts";

/** A name that ends like a blocked one, but isn't below it. */
export const lookalikeOf = (domain: string): string => `not${domain}`;

/**
 * Whether a row does what all are compared at: what is allowed gets to the origin, which sees the client's
 * address; what is blocked doesn't. A filter that doesn't filter, or a proxy that isn't transparent, has an
 * easier task: throws a ToolError that says which it is.
 */
export async function checkPeer(network: Network, peer: Peer, blocked: string): Promise<void> {
  const hosts = [allowedHost, lookalikeOf(blocked), blocked, `www.${blocked}`];
  const ask = [process.execPath, `${import.meta.dirname}/ask.ts`, addresses.origin, "/whoami", ...hosts];
  const { stdout } = await run([...network.inClient, ...ask]);
  const answers = stdout.trim().split("\n");
  const faults = hosts.flatMap((host, index) => {
    const answer: Answer = JSON.parse(answers[index] ?? "{}");
    const mayPass = index < 2 || peer.judges === "nothing";
    const passed = answer.status === 200 && answer.text === addresses.clients[0];
    if (passed === mayPass) return [];
    return [`${host} ${mayPass ? "should get through" : "should be blocked"}: ${JSON.stringify(answer)}`];
  });
  if (faults.length > 0) throw new ToolError(faults.join("; "));
}
