import { mkdir, writeFile } from "node:fs/promises";
import { addresses, type Network } from "./network.ts";
import { temporaryFolders } from "./nginx-folders.ts";
import { Program } from "./program.ts";

/** What the origin serves; the big one is read over and over. */
const sizes = { small: 1024, big: 64 * 1024 ** 2 };

/** nginx serving files from memory, in the origin's namespace; `/whoami` says whom it sees. */
export async function startOrigin(network: Network, folder: string): Promise<Program> {
  await mkdir(`${folder}/files`, { recursive: true });
  for (const [name, size] of Object.entries(sizes)) {
    await writeFile(`${folder}/files/${name}`, Buffer.alloc(size, "halfbridge "));
  }
  await writeFile(`${folder}/nginx.conf`, configuration(folder));
  const argv = [...network.inOrigin, "nginx", "-p", folder, "-c", `${folder}/nginx.conf`, "-e", "stderr"];
  const origin = new Program("the origin", { argv }, `${folder}/output.log`);
  const [, net = ""] = network.inOrigin[1]?.split("=") ?? [];
  await origin.waitForPort(80, net.replace(/ns\/net$/, "net/tcp"));
  return origin;
}

function configuration(folder: string): string {
  return `user root;
worker_processes auto;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr;
events {
  worker_connections 32768;
}
http {
${temporaryFolders(folder)}
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  default_type application/octet-stream;
  server {
    listen ${addresses.origin}:80 backlog=65535;
    root ${folder}/files;
    location = /whoami {
      return 200 $remote_addr;
    }
  }
}
`;
}
