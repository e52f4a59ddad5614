import { isIP } from "node:net";
import { canonicalAddress, isUnspecified } from "./addresses.ts";
import type { ProxyConfig } from "./config.ts";
import type { Endpoint } from "./transport.ts";

/** To Linux, all of 0.0.0.0/8 that can be connected to, and `::`, is this machine, as 127.0.0.0/8 is. */
const thisMachine = /^(127|0)\.|^::1?$/;

/**
 * Tells the destinations that are this router: relaying to them could come back here without end.
 * The proxy's own port counts at every address when it listens at every address, listed in `self`
 * or not.
 */
export function ownDestinations({ listeners, self }: ProxyConfig): (to: Endpoint) => boolean {
  const own = new Set(self.map(canonicalAddress));
  const listening = listeners.map(({ address, port }) => ({ address: canonicalAddress(address), port }));
  return (to) => {
    const address = canonicalAddress(to.address);
    if (own.has(address) || thisMachine.test(address)) return true;
    return listening.some((at) => {
      if (at.port !== to.port) return false;
      return at.address === address || (isUnspecified(at.address) && isIP(at.address) === isIP(address));
    });
  };
}
