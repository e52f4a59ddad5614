import { createServer } from "node:net";
import { loadTransparentAddon } from "./transparent-addon.ts";
import { temporaryFolders } from "../nginx-folders.ts";
import { lines, type Peer } from "./peer.ts";

/**
 * nginx can't make a listening socket transparent, which TPROXY wants; but it takes one over if it is
 * handed one as an older nginx would hand it on (the variable NGINX). Its pool of connections to origins
 * isn't kept apart by client, so there can be none: each request is a new connection to the origin.
 */
export const nginx: Peer = {
  id: "nginx",
  title: "nginx",
  packages: ["nginx"],
  judges: "every request",
  files: ({ folder, port, blocked, maxConnections }) => ({
    "blocked.map": lines(blocked.map((domain) => `.${domain} 1;`)),
    "nginx.conf": `user root;
worker_processes auto;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr;
events {
  worker_connections ${maxConnections};
}
http {
  access_log ${folder}/access.log combined buffer=64k flush=1s;
${temporaryFolders(folder)}
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  map_hash_max_size 262144;
  map_hash_bucket_size 128;
  map $host $blocked {
    hostnames;
    default 0;
    include ${folder}/blocked.map;
  }
  server {
    listen ${port};
    if ($blocked) {
      return 403;
    }
    location / {
      proxy_pass http://$server_addr:$server_port$request_uri;
      proxy_bind $remote_addr transparent;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_max_temp_file_size 0;
    }
  }
}
`,
  }),
  command: ({ folder, port, programs }) => {
    const fd = loadTransparentAddon(`${programs}/proxy`).listener("0.0.0.0", port);
    const listening = createServer().listen({ fd, backlog: 511 });
    return {
      argv: ["nginx", "-p", folder, "-c", `${folder}/nginx.conf`, "-e", "stderr"],
      env: { NGINX: "3;" },
      inherit: fd,
      started: () => listening.close(),
    };
  },
};
