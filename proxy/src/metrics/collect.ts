import type { Operation } from "../operation.ts";
import type { Counts } from "../statistics/access-counts.ts";
import { counter, gauge, type Metric, type Sample } from "./exposition.ts";

/** What the proxy does. Label values are words of its own, or names of rules and lists. */
export function collectTraffic({ counts, count }: Operation): Metric[] {
  const { open, accepted, overLimit, shed, loops, bytesFromClients, bytesToClients } = count();
  return [
    counter("halfbridge_requests_total", "HTTP requests.", byTwo(counts.requests, "verdict", "status")),
    counter(
      "halfbridge_uninspected_connections_total",
      "Connections that aren't looked into: TLS, raw ports, tunnels.",
      byOne(counts.connections, "verdict"),
    ),
    counter("halfbridge_rule_decisions_total", "What rules decided.", byTwo(counts.rules, "verdict", "rule")),
    counter("halfbridge_refusals_total", "What was refused.", byOne(counts.refusals, "reason")),
    counter(
      "halfbridge_failures_total",
      "What was allowed, and didn't end as it should.",
      byOne(counts.failures, "ended"),
    ),
    gauge("halfbridge_connections_open", "Captured connections that are open.", open),
    counter("halfbridge_connections_accepted_total", "Captured connections.", [[{}, accepted]]),
    counter("halfbridge_connections_refused_total", "Captured connections that were reset at once.", [
      [{ reason: "over-limit" }, overLimit],
      [{ reason: "shed" }, shed],
      [{ reason: "loop" }, loops],
    ]),
    counter("halfbridge_relayed_bytes_total", "Bytes of captured connections.", [
      [{ direction: "from_clients" }, bytesFromClients],
      [{ direction: "to_clients" }, bytesToClients],
    ]),
  ];
}

/** How the proxy is: whether it listens, by which policy it judges, and what its logs lack. */
export function collectState({ isListening, policy, lostLines }: Operation): Metric[] {
  const { config, last, reloads, inForce, inForceSinceMs } = policy;
  const lists = inForce?.lists ?? [];
  return [
    gauge("halfbridge_listening", "Whether the proxy accepts connections.", isListening() ? 1 : 0),
    gauge("halfbridge_policy_rules", "Rules of the policy.", config.rules.length),
    {
      name: "halfbridge_policy_entries",
      type: "gauge",
      help: "Entries of lists that are in force.",
      samples: lists.map(({ name, names, texts }) => [{ list: name }, names + texts]),
    },
    counter("halfbridge_policy_reloads_total", "Reloads of the lists.", [
      [{ result: "taken" }, reloads.taken],
      [{ result: "refused" }, reloads.refused],
    ]),
    gauge(
      "halfbridge_policy_last_load_taken",
      "Whether the lists as read last are in force.",
      last?.isInForce === true ? 1 : 0,
    ),
    gauge(
      "halfbridge_policy_timestamp_seconds",
      "Since when the policy is in force.",
      (inForceSinceMs ?? 0) / 1000,
    ),
    counter(
      "halfbridge_log_lines_lost_total",
      "Lines that could not be kept, written or sent.",
      Object.entries(lostLines()).map(([log, lines]) => [{ log }, lines]),
    ),
  ];
}

function byOne(counts: Counts, label: string): Sample[] {
  return Array.from(counts, ([key, count]) => [{ [label]: key }, count]);
}

/** Keys are of two words, of which the second may have spaces. */
function byTwo(counts: Counts, first: string, second: string): Sample[] {
  return Array.from(counts, ([key, count]) => {
    const space = key.indexOf(" ");
    return [{ [first]: key.slice(0, space), [second]: key.slice(space + 1) }, count];
  });
}
