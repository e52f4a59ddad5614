import type { PolicyConfig } from "../../proxy/src/policy/policy-config.ts";
import { PolicyLoader } from "../../proxy/src/policy/policy-loader.ts";

/** A policy in force, which tells nobody of it. */
export async function labPolicy(config: PolicyConfig): Promise<PolicyLoader> {
  const policy = new PolicyLoader(config, () => {});
  await policy.start();
  return policy;
}
