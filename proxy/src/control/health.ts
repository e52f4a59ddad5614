import type { Operation } from "../operation.ts";
import type { Answer, Route } from "./route.ts";

/** Whether the proxy does what it is there for: it listens, and a policy is in force. */
export const health: Route = {
  method: "GET",
  path: "/health",
  answer({ isListening, policy }: Operation): Answer {
    const checks = { listening: isListening(), policy: policy.inForce !== undefined };
    const healthy = checks.listening && checks.policy;
    const failing = Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));
    return {
      status: healthy ? 200 : 503,
      json: { healthy, ...checks },
      text: healthy ? "healthy\n" : `not healthy: ${failing.join(", ")}\n`,
    };
  },
};
