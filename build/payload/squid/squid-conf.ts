import type { ProxyConfig } from "../../../proxy/src/config.ts";
import { printPolicy } from "./squid-policy.ts";
import { squidPorts } from "../../plan/modes/parts/capture.ts";
import type { AnyPlan } from "../../plan/plan.ts";

/**
 * What the proxy is to do, as a squid.conf for squid 6 (its own reference is squid.conf.documented). A
 * configuration that squid can't follow is the business of `checkSquid`, which is asked before.
 */
export function printSquidConf({ site, network }: AnyPlan, config: ProxyConfig): string {
  const { clientSide } = network.capture;
  return [
    "# From the site: what is changed here is lost.",
    ...printPorts(network, config),
    ...identity(site.hostname, config),
    ...nothingIsKept,
    ...limits(config),
    ...(clientSide ? capturedHttp(config) : askedOnly(config)),
    ...(hasTls(network) ? tls(config) : []),
    ...logs(config),
    ...printPolicy(config.policy, { judgesNames: hasTls(network) }),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** The ports that squid listens on once it is up. */
export function listeningPorts({ capture }: AnyPlan["network"]): number[] {
  if (!capture.clientSide) return [capture.proxyPort];
  return [...capture.deliveries.map(({ proxyPort }) => proxyPort), squidPorts(capture.proxyPort).loopback];
}

/** A key pair that anybody may know: squid wants one where it looks at ClientHellos, and never shows it. */
const certificate = "/usr/lib/halfbridge/engines/squid.pem";

function printPorts({ capture }: AnyPlan["network"], { originSees }: ProxyConfig): string[] {
  // an address of one family alone, or both by one socket
  const at = (port: number) => (capture.families.includes("ipv6") ? `${port}` : `0.0.0.0:${port}`);
  const { tls: tlsPort, loopback } = squidPorts(capture.proxyPort);
  if (!capture.clientSide) return [`http_port ${at(capture.proxyPort)} name=asked`];
  return [
    ...capture.deliveries.map(({ proxyPort }) =>
      proxyPort === tlsPort
        ? `https_port ${at(proxyPort)} tproxy ssl-bump name=tls tls-cert=${certificate} generate-host-certificates=off`
        : `http_port ${at(proxyPort)} tproxy name=http`,
    ),
    "# without a port for those who ask it squid doesn't start",
    `http_port 127.0.0.1:${loopback} name=loopback`,
    ...(originSees === "router" ? ["spoof_client_ip deny all"] : []),
  ];
}

const hasTls = ({ capture }: AnyPlan["network"]): boolean =>
  capture.clientSide &&
  capture.deliveries.some(({ proxyPort }) => proxyPort === squidPorts(capture.proxyPort).tls);

const identity = (hostname: string, { mark, resolvers }: ProxyConfig): string[] => [
  `visible_hostname ${hostname}`,
  `tcp_outgoing_mark 0x${mark.toString(16)}`,
  `dns_nameservers ${resolvers.join(" ")}`,
  "dns_defnames off",
  "# messages say nothing of the proxy",
  "via off",
  "forwarded_for transparent",
];

const nothingIsKept = [
  "cache deny all",
  "cache_mem 0 MB",
  "memory_pools off",
  "quick_abort_min 0 KB",
  "quick_abort_max 0 KB",
  "sslproxy_session_cache_size 0 MB",
  "netdb_filename none",
  "pid_filename none",
  "coredump_dir none",
  "pinger_enable off",
  "# not used, and yet looked for",
  "mime_table /dev/null",
  "unlinkd_program /usr/bin/true",
  "icon_directory /",
];

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} seconds`;

const limits = (config: ProxyConfig): string[] => [
  `max_filedescriptors ${descriptorsFor(config)}`,
  `connect_timeout ${seconds(config.connectTimeoutMs)}`,
  `request_start_timeout ${seconds(config.headTimeoutMs)}`,
  `request_timeout ${seconds(config.headTimeoutMs)}`,
  `read_timeout ${seconds(config.idleTimeoutMs)}`,
  `client_idle_pconn_timeout ${seconds(config.idleTimeoutMs)}`,
  `request_header_max_size ${config.http.headBytes} bytes`,
  `shutdown_lifetime ${seconds(config.drainMs)}`,
  `acl many maxconn ${config.maxConnectionsPerClient}`,
  "deny_info TCP_RESET many",
  "http_access deny many",
];

/** Two for a connection, and some for squid itself. */
const descriptorsFor = ({ maxConnections }: Pick<ProxyConfig, "maxConnections">): number =>
  2 * maxConnections + 128;

/** Names that are no address of where a connection goes: by where it goes, or not at all. */
function capturedHttp({ hostCheck, http }: ProxyConfig): string[] {
  return [
    `host_verify_strict ${hostCheck === "block" ? "on" : "off"}`,
    "client_dst_passthru on",
    "acl http myportname http",
    "acl loopback myportname loopback",
    "acl tunnels method CONNECT",
    ...(http.notHttp === "allow" ? ["on_unsupported_protocol tunnel http"] : []),
    ...upgrades(http),
    "http_access deny loopback",
    "http_access deny http tunnels",
  ];
}

/** Only to ports whose answers come back to the proxy, and never to the router. */
function askedOnly({ ports, self, http }: ProxyConfig): string[] {
  return [
    `acl captured port ${ports.map(({ port }) => port).join(" ")}`,
    `acl router dst ${self.join(" ")}`,
    ...upgrades(http),
    "http_access deny !captured",
    "http_access deny router",
  ];
}

const upgrades = ({ upgrade }: ProxyConfig["http"]): string[] => [
  "http_upgrade_request_protocols h2c deny all",
  `http_upgrade_request_protocols OTHER ${upgrade === "allow" ? "allow" : "deny"} all`,
];

/** Names are read from the ClientHello; a connection is then passed on as it is, or ended. */
function tls({ tls: options }: ProxyConfig): string[] {
  return [
    "acl tls myportname tls",
    "acl hello at_step SslBump1",
    ...(options.notTls === "allow" ? ["on_unsupported_protocol tunnel tls"] : []),
    "ssl_bump terminate many",
    "ssl_bump peek hello",
    ...(options.withoutName === "block"
      ? [
          "# without a name squid has the address",
          "acl nameless ssl::server_name_regex ^[0-9.]+$ :",
          "ssl_bump terminate nameless",
        ]
      : []),
    "# the policy judges names below",
    "http_access allow tls",
  ];
}

/** Squid's own messages in proxy.log, requests in access.log; the engine's script turns both over. */
function logs({ log }: ProxyConfig): string[] {
  return [
    "logfile_rotate 0",
    `cache_log ${log.file}`,
    "strip_query_terms off",
    log.access === undefined
      ? "access_log none"
      : `access_log stdio:${log.access.file} logformat=squid on-error=drop`,
  ];
}
