import type { ProxyConfig } from "../../proxy/src/config.ts";
import type { Plan } from "../plan/plan.ts";

/** The proxy's own packets carry this mark; it must differ from the one that delivers captured ones. */
const ownMark = 2;

/** What the site says of the proxy, in the proxy's words. */
export function proxyConfiguration({ site, network }: Plan): ProxyConfig {
  const { proxy } = site;
  return {
    listeners: [{ kind: "transparent", address: "0.0.0.0", port: network.capture.proxyPort }],
    originSees: "client",
    mark: ownMark,
    self: [site.router],
    ports: site.capture.map((port) => ({ port, carries: "http" })),
    connectTimeoutMs: proxy.connectTimeoutSeconds * 1000,
    idleTimeoutMs: proxy.idleTimeoutSeconds * 1000,
    halfCloseTimeoutMs: 60_000,
    drainMs: 2000,
    maxConnections: proxy.maxConnections,
    log: { file: "/var/log/halfbridge/proxy.log", maxBytes: proxy.logKiB * 1024 },
  };
}
