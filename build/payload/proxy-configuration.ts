import type { ProxyConfig } from "../../proxy/src/config.ts";
import { marks } from "../plan/network.ts";
import type { Plan } from "../plan/plan.ts";

/** What the site says of the proxy, in the proxy's words. */
export function proxyConfiguration({ site, network }: Plan): ProxyConfig {
  const { proxy } = site;
  const logBytes = proxy.logKiB * 1024;
  const { clientSide, serverSide, families, proxyPort } = network.capture;
  return {
    // Whom it may be reached by, the guard says: the router's addresses come and go with its links.
    listeners: families.map((family) => ({
      kind: clientSide ? "transparent" : "explicit",
      address: family === "ipv4" ? "0.0.0.0" : "::",
      port: proxyPort,
    })),
    originSees: serverSide ? "client" : "router",
    mark: marks.own,
    self: [...new Set(network.addresses.map(({ local }) => local))],
    ports: site.capture,
    // the supervisor's end of the pipe follows whether the proxy listens
    ready: "/proc/self/fd/3",
    connectTimeoutMs: proxy.connectTimeoutSeconds * 1000,
    idleTimeoutMs: proxy.idleTimeoutSeconds * 1000,
    halfCloseTimeoutMs: 60_000,
    headTimeoutMs: 30_000,
    drainMs: 2000,
    maxConnections: proxy.maxConnections,
    maxConnectionsPerClient: proxy.maxConnections,
    resolvers: proxy.resolvers,
    hostCheck: "off",
    http: { upgrade: "allow", h2c: "block", notHttp: "block", headBytes: 64 * 1024 },
    tls: { withoutName: "allow", ech: "judge", notTls: "block" },
    log: {
      file: "/var/log/halfbridge/proxy.log",
      maxBytes: logBytes,
      access: { file: "/var/log/halfbridge/access.log", maxBytes: logBytes, format: "json" },
    },
    policy: { default: "allow", timeZone: "UTC", groups: {}, schedules: {}, lists: {}, rules: [] },
    lanDevice: network.ports.lan,
  };
}
