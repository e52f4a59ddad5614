import type { Site } from "../../../config/site.ts";
import type { Guard } from "../../network.ts";

/** What the router itself accepts; the same in every mode, but for the devices. */
export function planGuard({ transparency, proxy }: Site, icmpDevices: readonly string[]): Guard {
  return {
    icmpDevices,
    explicitPort: transparency.client ? null : proxy.port,
    metricsPort: proxy.metricsPort ?? null,
  };
}
