import type { ProxyConfig } from "../../../proxy/src/config.ts";
import { textFile, type Entry } from "../../core/tree.ts";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import type { AnyPlan } from "../../plan/plan.ts";
import { listeningPorts, printSquidConf } from "./squid-conf.ts";
import { blocksAnything } from "./squid-policy.ts";

/** A set-up's files for squid. */
export function squidFiles(plan: AnyPlan, config: ProxyConfig): Entry[] {
  const { policy } = config;
  return [
    textFile("/squid.conf", printSquidConf(plan, config)),
    // what its lists are converted by, and its pages
    ...(needsFiles(policy) ? [textFile("/policy.json", `${JSON.stringify(policy, null, 2)}\n`)] : []),
  ];
}

/** What the script that runs squid wants to know. */
export function squidFacts({ network }: AnyPlan, { log }: ProxyConfig): Record<string, string | number> {
  return {
    SQUID_PORTS: listeningPorts(network).join(" "),
    LOG_BYTES: log.maxBytes,
  };
}

const needsFiles = (policy: PolicyConfig): boolean =>
  Object.keys(policy.lists).length > 0 || blocksAnything(policy);
