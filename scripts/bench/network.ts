import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { run } from "../../build/core/run.ts";

/**
 * The network that all are measured in. This process's own network namespace becomes the router.
 *
 *   client 10.1.2.50–65 --- 10.1.2.2 (lan) router (wan) 203.0.113.1 --- 203.0.113.80 origin
 */
export const addresses = {
  clients: Array.from({ length: 16 }, (_, index) => `10.1.2.${50 + index}`),
  lan: "10.1.2.2",
  wan: "203.0.113.1",
  origin: "203.0.113.80",
} as const;

export interface Network {
  /** Put before a command line, they run it there. */
  readonly inClient: readonly string[];
  readonly inOrigin: readonly string[];
}

/** As many new connections a second use up ports and queues of the default sizes. */
const settings: Readonly<Record<string, string>> = {
  "net/ipv4/ip_local_port_range": "1024 65535",
  "net/ipv4/tcp_tw_reuse": "1",
  "net/ipv4/tcp_max_syn_backlog": "65535",
  "net/core/somaxconn": "65535",
  // paces nothing, is part of every kernel, and nothing is lost here: BBR's timers would be measured
  "net/ipv4/tcp_congestion_control": "reno",
};

export async function makeNetwork(): Promise<Network> {
  await run(["ip", "link", "set", "lo", "up"]);
  for (const [name, value] of Object.entries(settings)) await writeFile(`/proc/sys/${name}`, value);
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
  // else a proxy that starts again may find its port taken by one of its own outgoing connections
  await writeFile("/proc/sys/net/ipv4/ip_local_reserved_ports", "3129-3299");
  const inClient = await join("lan", addresses.lan, addresses.clients);
  const inOrigin = await join("wan", addresses.wan, [addresses.origin]);
  await run(["ip", "rule", "add", "fwmark", "1", "lookup", "100"]);
  await run(["ip", "route", "add", "local", "default", "dev", "lo", "table", "100"]);
  return { inClient, inOrigin };
}

/** Whom the client is, and what becomes of its connections to port 80. */
export interface Way {
  /**
   * Each row has one of its own: a router drops what it would route if the connection before on the same
   * ports ended in it, and is in TIME_WAIT (ip_forward, by early demux).
   */
  readonly client: string;
  /** Who listens here is given them; undefined: they are routed. */
  readonly port: number | undefined;
}

/** For connections from now on. */
export async function lead({ inClient }: Network, { client, port }: Way): Promise<void> {
  await run([...inClient, "ip", "route", "replace", "default", "via", addresses.lan, "src", client]);
  const rules = `
    add rule inet bench capture tcp flags & (fin | syn | rst | ack) != syn socket transparent 1 meta mark set 1 accept
    add rule inet bench capture iifname "lan" tcp dport 80 tproxy ip to :${port} meta mark set 1 accept`;
  const input = `
    table inet bench { chain capture { type filter hook prerouting priority mangle; }; }
    flush chain inet bench capture
    ${port === undefined ? "" : rules}\n`;
  await run(["nft", "-f", "-"], { input });
}

/** Makes a namespace at the other end of a new link; returns what runs a command there. */
async function join(link: string, here: string, there: readonly string[]): Promise<string[]> {
  const holder = spawn("unshare", ["--net", "sh", "-c", "echo ready; exec sleep infinity"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await saysReady(holder);
  const inside = ["nsenter", `--net=/proc/${holder.pid}/ns/net`];
  await run(["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", `${holder.pid}`]);
  await run(["ip", "addr", "add", `${here}/24`, "dev", link]);
  await run(["ip", "link", "set", link, "up"]);
  await run([...inside, "ip", "link", "set", "lo", "up"]);
  for (const address of there) await run([...inside, "ip", "addr", "add", `${address}/24`, "dev", "eth0"]);
  await run([...inside, "ip", "link", "set", "eth0", "up"]);
  await run([...inside, "ip", "route", "add", "default", "via", here]);
  for (const [name, value] of Object.entries(settings)) {
    await run([...inside, "sh", "-c", 'printf %s "$1" > "/proc/sys/$2"', "sh", value, name]);
  }
  return inside;
}

async function saysReady({ stdout, pid }: ChildProcess): Promise<void> {
  if (stdout === null || pid === undefined) throw new Error("unshare can't be run");
  await once(stdout, "data");
}
