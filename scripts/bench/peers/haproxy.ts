import { lines, type Peer, type Place } from "./peer.ts";

/**
 * HAProxy has no fast look-up of "this domain and all below it" in a list (`-m dom` and `-m end` try each
 * entry in turn), so the name's last 2, 3 and 4 labels are looked up as they are, in its tree.
 */
const labels = [2, 3, 4];

export const haproxyHttp: Peer = {
  id: "haproxy-http",
  title: "HAProxy, http mode",
  packages: ["haproxy"],
  judges: "every request",
  files: (place) => ({
    "blocked.txt": lines(place.blocked),
    "haproxy.cfg": `${common(place, "http")}
frontend captured
  bind :${place.port} transparent
  http-request set-var(txn.host) req.hdr(host),host_only
  http-request deny deny_status 403 if ${isBlocked(place)}
  default_backend origin
${backend}`,
  }),
  command,
};

/**
 * It can't look into more than a connection's first request: what follows is passed on by splice(2). With
 * splice-auto HAProxy 2.6 copies even downloads, where there are many.
 */
export const haproxyTcp: Peer = {
  id: "haproxy-tcp",
  title: "HAProxy, tcp mode with splice",
  packages: ["haproxy"],
  judges: "the first request",
  files: (place) => ({
    "blocked.txt": lines(place.blocked),
    "haproxy.cfg": `${common(place, "tcp")}
  option splice-request
  option splice-response
frontend captured
  bind :${place.port} transparent
  tcp-request inspect-delay 5s
  tcp-request content set-var(txn.host) req.hdr(host),host_only
  tcp-request content reject if ${isBlocked(place)}
  tcp-request content accept if HTTP
  default_backend origin
${backend}`,
  }),
  command,
};

/** The address 0.0.0.0 means where the client meant to go. */
const backend = `backend origin
  server origin 0.0.0.0:0 source 0.0.0.0 usesrc clientip
`;

function common({ maxConnections }: Place, mode: "http" | "tcp"): string {
  return `global
  maxconn ${maxConnections}
  maxpipes 256
  log stdout format raw local0
defaults
  mode ${mode}
  log global
  option ${mode}log
  timeout connect 10s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s`;
}

function isBlocked({ folder }: Place): string {
  const tests = labels.map(
    (count) => `{ var(txn.host),word(-1,.,${count}) -m str -f ${folder}/blocked.txt }`,
  );
  return tests.join(" || ");
}

function command({ folder }: Place): { argv: string[] } {
  return { argv: ["haproxy", "-db", "-f", `${folder}/haproxy.cfg`] };
}
