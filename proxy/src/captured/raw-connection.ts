import { judgeByAddress, passOn, turnAway, type Captured } from "./captured.ts";

/** Relays a connection of which nothing is known but its addresses, if those may be. */
export function serveRaw(captured: Captured): void {
  const { action, rule } = judgeByAddress(captured);
  if (action === "block") turnAway(captured, { verdict: "blocked", rule });
  else passOn(captured, { rule });
}
