import type { Blame } from "./blame.ts";
import { isAddress } from "./ipv4.ts";
import { checkHosts, isOfLan } from "./lan.ts";
import type { Site } from "./site-schema.ts";

/** What the schema can't say of the proxy itself. */
export function checkProxy(site: Site, blame: Blame): void {
  const { proxy, ipv6 } = site;
  for (const [index, address] of proxy.resolvers.entries()) {
    if (!isAddress(address))
      blame(`/proxy/resolvers/${index}`, `is not an IPv4 address: ${address}`, "four numbers from 0 to 255");
  }
  if (proxy.hostCheck !== "off" && proxy.resolvers.length === 0) {
    blame(
      "/proxy/hostCheck",
      `is ${proxy.hostCheck}, but there is nobody to ask for addresses`,
      "name DNS servers in /proxy/resolvers",
    );
  }
  if (proxy.metricsPort === proxy.port)
    blame("/proxy/metricsPort", `is the proxy's own port: ${proxy.port}`, "choose another");
  const { syslog } = proxy.log;
  if (syslog !== undefined && checkHosts("/proxy/log/syslog", syslog, ipv6, blame) && !isOfLan(syslog, site))
    blame("/proxy/log/syslog", `is ${syslog}, outside the LAN`, "who asks for what isn't sent beyond it");
}
