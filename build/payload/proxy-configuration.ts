import type { ProxyConfig } from "../../proxy/src/config.ts";
import { policyConfig } from "../config/policy-config.ts";
import { marks, type Family } from "../plan/network.ts";
import type { AnyPlan } from "../plan/plan.ts";

/** What the site says of the proxy, in the proxy's words. */
export function proxyConfiguration({ site, network }: AnyPlan): ProxyConfig {
  const { proxy, policy } = site;
  const { headKiB, ...http } = proxy.http;
  const { format, syslog } = proxy.log;
  const maxBytes = proxy.log.KiB * 1024;
  const { clientSide, serverSide, families, proxyPort } = network.capture;
  return {
    // Whom it may be reached by, the guard says: the router's addresses come and go with its links.
    listeners: families.map((family) => ({
      kind: clientSide ? "transparent" : "explicit",
      address: anyAddress(family),
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
    headTimeoutMs: proxy.headTimeoutSeconds * 1000,
    drainMs: 2000,
    maxConnections: proxy.maxConnections,
    maxConnectionsPerClient: proxy.maxConnectionsPerClient,
    resolvers: proxy.resolvers,
    hostCheck: proxy.hostCheck,
    http: { ...http, headBytes: headKiB * 1024 },
    tls: proxy.tls,
    log: {
      file: "/var/log/halfbridge/proxy.log",
      maxBytes,
      access: {
        file: "/var/log/halfbridge/access.log",
        maxBytes,
        format,
        ...(syslog === undefined ? {} : { syslog }),
      },
    },
    policy: policyConfig(policy, { setup: "/run/halfbridge/setup", onRouter: "/etc/halfbridge/lists" }),
    ...(proxy.metricsPort === undefined
      ? {}
      : { metrics: { addresses: families.map(anyAddress), port: proxy.metricsPort } }),
    control: "/run/halfbridge/proxy/control.sock",
    lanDevice: network.downlink,
  };
}

const anyAddress = (family: Family): string => (family === "ipv4" ? "0.0.0.0" : "::");
