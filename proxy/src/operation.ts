import type { ProxyConfig } from "./config.ts";
import type { Counters, OpenConnection } from "./engine.ts";
import type { Logs } from "./log/open-logs.ts";
import type { PolicyLoader } from "./policy/policy-loader.ts";
import type { AccessCounts } from "./statistics/access-counts.ts";
import type { TopTalkers } from "./statistics/top-talkers.ts";

/** What whoever runs the router can ask of the proxy, by its control socket or as metrics. */
export interface Operation {
  readonly config: ProxyConfig;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly isListening: () => boolean;
  readonly count: () => Counters;
  readonly list: () => Promise<readonly OpenConnection[]>;
  readonly policy: PolicyLoader;
  readonly lostLines: Logs["lostLines"];
  readonly counts: AccessCounts;
  readonly top: TopTalkers;
}
