import { askAboutHost } from "../host-check.ts";
import type { Captured } from "./captured.ts";

/**
 * Goes on once it is known whether a host may be asked for at the client's destination: at once, unless the
 * site blocks what doesn't belong together. What can't be found out is let pass, and said in the log: a
 * resolver that is away must not take everything else with it.
 */
export function checkHost(captured: Captured, host: string, then: (mayPass: boolean) => void): void {
  const { service, from, to } = captured;
  const { hostCheck } = service.config;
  if (hostCheck === "off") return then(true);
  if (hostCheck === "log") then(true);
  void askAboutHost(service, { client: from, destination: to, host }).then((found) => {
    if (hostCheck === "block") then(found !== "foreign");
  });
}
