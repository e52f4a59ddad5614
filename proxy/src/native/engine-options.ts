import type { ProxyConfig } from "../config.ts";
import type { Endpoint } from "../transport.ts";
import type { AddonOptions } from "./addon.ts";
import { packEndpoints } from "./pack.ts";

/** What isn't in the configuration. */
export interface EngineSurroundings {
  /** Bound descriptors; the engine listens on copies of them. */
  readonly listeners: readonly number[];
  readonly threads: number;
  /**
   * In place of where clients meant to go: what they are taken to have meant, and where that is in truth. It
   * makes the engine an ordinary relay, which needs no privileges.
   */
  readonly standIn?: { readonly destination: Endpoint; readonly origin: Endpoint };
}

const carries = { http: 0, tls: 1, raw: 2 } as const;
const hostChecks = { off: 0, log: 1, block: 2 } as const;

/** A configuration as the addon takes it. */
export function packOptions(config: ProxyConfig, around: EngineSurroundings): AddonOptions {
  const { http, tls, standIn } = { ...config, ...around };
  const allowed = (action: "allow" | "block" | "judge"): number => (action === "block" ? 0 : 1);
  return {
    scalars: Uint32Array.of(
      around.threads,
      config.originSees === "client" ? 1 : 0,
      standIn === undefined ? config.mark : 0,
      config.maxConnections,
      config.maxConnectionsPerClient,
      http.headBytes,
      config.headTimeoutMs,
      config.connectTimeoutMs,
      config.idleTimeoutMs,
      config.halfCloseTimeoutMs,
      allowed(http.upgrade),
      allowed(http.h2c),
      allowed(http.notHttp),
      allowed(tls.withoutName),
      allowed(tls.ech),
      allowed(tls.notTls),
      hostChecks[config.hostCheck],
      standIn === undefined ? 0 : 1,
    ),
    listeners: Int32Array.from(around.listeners),
    ports: Uint32Array.from(config.ports.flatMap((each) => [each.port, carries[each.carries]])),
    own: packEndpoints([
      ...config.self.map((address) => ({ address, port: 0 })),
      ...config.listeners.map(({ address, port }) => ({ address, port })),
    ]),
    device: config.lanDevice,
    standIn: packEndpoints(standIn === undefined ? [] : [standIn.destination, standIn.origin]),
  };
}
