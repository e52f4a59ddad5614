import { lines, type Peer } from "./peer.ts";

export const squid: Peer = {
  id: "squid",
  title: "squid",
  packages: ["squid"],
  judges: "every request",
  files: ({ folder, port, sparePort, blocked, hosts, origin, maxConnections }) => ({
    "blocked.txt": lines(blocked.map((domain) => `.${domain}`)),
    // squid asks where the name of each captured request really is, before it judges
    hosts: lines(hosts.map((host) => `${origin} ${host}`)),
    "squid.conf": `http_port 0.0.0.0:${port} tproxy
http_port 127.0.0.1:${sparePort}
acl blocked dstdomain "${folder}/blocked.txt"
http_access deny blocked
http_access allow all
cache deny all
cache_effective_user proxy
max_filedescriptors ${2 * maxConnections + 512}
client_idle_pconn_timeout 600 seconds
server_idle_pconn_timeout 600 seconds
hosts_file ${folder}/hosts
dns_nameservers 127.0.0.1
access_log stdio:${folder}/access.log squid
buffered_logs on
cache_log ${folder}/cache.log
coredump_dir ${folder}
pid_filename none
netdb_filename none
pinger_enable off
visible_hostname bench
`,
  }),
  command: ({ folder }) => ({ argv: ["squid", "-N", "-f", `${folder}/squid.conf`] }),
};
