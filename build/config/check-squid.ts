import type { Blame } from "./blame.ts";
import type { Site } from "./site-schema.ts";

/** What squid 6 can't do, or can't leave out: each is named. */
export function checkSquid(site: Site, blame: Blame): void {
  if (site.proxy.engine !== "squid") return;
  const { transparency } = site;
  if (transparency.client) checkTaken(site, blame);
  else if (transparency.server) {
    blame(
      "/transparency/server",
      "is true, but squid, asked, connects from the router's address",
      `say false${orOtherEngine}`,
    );
  }
  checkPorts(site, blame);
  checkOptions(site, blame);
  checkGroups(site, blame);
}

const orOtherEngine = ", or engine: halfbridge";

/** What squid is given without having been asked. */
function checkTaken({ capture, proxy }: Site, blame: Blame): void {
  for (const [index, { port, carries }] of capture.entries()) {
    if (carries === "raw") {
      blame(
        `/capture/${index}/carries`,
        `is raw, but squid takes nothing on port ${port} that is neither HTTP nor TLS`,
        `leave the port out${orOtherEngine}`,
      );
    }
  }
  if (proxy.resolvers.length === 0) {
    blame(
      "/proxy/resolvers",
      "is empty, but squid looks up the host of every request that it is given",
      "name DNS servers; best those that the clients ask",
    );
  }
  if (capture.some(({ carries }) => carries === "tls") && proxy.hostCheck === "off") {
    blame(
      "/proxy/hostCheck",
      "is off, but squid always ends a TLS connection whose name doesn't have the address it goes to",
      `say block${orOtherEngine}`,
    );
  }
}

/** It has ports of its own beside the one that the site says. */
function checkPorts({ capture, proxy, transparency }: Site, blame: Blame): void {
  if (!transparency.client) return;
  if (proxy.port + 2 > 65_535) {
    blame("/proxy/port", `is ${proxy.port}, but squid takes the two after it as well`, "at most 65533");
  }
  for (const [index, { port }] of capture.entries()) {
    if (port === proxy.port + 1 || port === proxy.port + 2)
      blame(
        `/capture/${index}/port`,
        `is ${port}, but squid has that for itself: it takes the two after /proxy/port`,
        "choose another /proxy/port",
      );
  }
}

function checkOptions({ proxy }: Site, blame: Blame): void {
  const { hostCheck, http, tls, log, metricsPort } = proxy;
  const refuse = (path: string, fact: string, hint: string) =>
    blame(`/proxy${path}`, fact, `${hint}${orOtherEngine}`);
  if (hostCheck === "log")
    refuse("/hostCheck", "is log, but squid lets it pass without a word, or blocks it", "say off or block");
  if (http.h2c === "allow") refuse("/http/h2c", "is allow, but squid doesn't speak HTTP/2", "say block");
  if (tls.ech === "block")
    refuse("/tls/ech", "is block, but squid doesn't see whether a name hides another", "say judge");
  if (log.format !== "squid")
    refuse("/log/format", `is ${log.format}, but squid writes its own`, "say squid");
  if (log.syslog !== undefined)
    refuse("/log/syslog", "is given, but squid sends its log to nobody in that form", "leave it out");
  if (metricsPort !== undefined)
    refuse("/metricsPort", "is given, but squid has no metrics for Prometheus", "leave it out");
}

function checkGroups({ policy, ipv6 }: Site, blame: Blame): void {
  if (ipv6.handling !== "route") return;
  for (const [name, { macs }] of Object.entries(policy.groups)) {
    if (macs.length > 0)
      blame(
        `/policy/groups/${name}/macs`,
        "is given, but squid knows a client's MAC by IPv4 only, and IPv6 is routed",
        `name addresses, or handle IPv6 otherwise${orOtherEngine}`,
      );
  }
}
