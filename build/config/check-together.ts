import { InputError } from "../core/faults.ts";
import type { BoardProfile } from "./board-schema.ts";
import { lanPorts } from "./ports.ts";
import type { Site } from "./site-schema.ts";

/**
 * What a board can't do that a site asks of it. Two ports of one switch chip that are on one bridge are bridged
 * by the chip (kernel: networking/dsa, bridge offloading): frames would go past the rules, and past the proxy.
 * Throws an InputError.
 */
export function refuseTogether(
  { name, ports }: Pick<BoardProfile, "name" | "ports">,
  site: Site,
  siteFile: string,
): void {
  const { isp } = ports;
  const lan = lanPorts(ports).find(({ dsaPort }) => dsaPort !== undefined);
  if (isp.dsaPort === undefined || lan === undefined) return;
  const bridging = [
    { path: "/mode", asked: site.mode.startsWith("bridge-"), instead: "half-bridge or proxy-arp" },
    { path: "/arp", asked: site.arp === "bridge", instead: "answer" },
    { path: "/ipv6/handling", asked: site.ipv6.handling === "bridge", instead: "route or block" },
  ].find(({ asked }) => asked);
  if (bridging === undefined) return;
  const fact = `puts ${isp.name} and ${lan.name} on one bridge, and on ${name} both are ports of one switch, which would forward frames past the proxy`;
  throw new InputError([{ file: siteFile, path: bridging.path, fact, hint: `choose ${bridging.instead}` }]);
}
