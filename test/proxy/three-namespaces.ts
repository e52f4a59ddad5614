/**
 * Runs inside `unshare --user --map-root-user --net`, whose namespace becomes a router: a client
 * and an origin get namespaces of their own, TCP to ports 80 and 81 is given to the proxy by real
 * TPROXY rules. Arguments: the proxy's folder, its configuration. Prints a `Findings` as JSON.
 *
 *   client 10.1.2.50 --- 10.1.2.2 (lan) router (wan) 203.0.113.1 --- 203.0.113.80 origin
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Findings {
  /** What the client got for each destination: the answer, or the error's code. */
  readonly answers: Readonly<Record<string, string>>;
  /** What an ordinary socket says when it is to use the client's address. */
  readonly ordinaryBind: string;
  /** The proxy's log. */
  readonly log: string;
  readonly exitCode: number | null;
}

const [folder = "", config = ""] = process.argv.slice(2);
const rules = `
  table ip halfbridge {
    chain capture {
      type filter hook prerouting priority mangle;
      meta l4proto tcp socket transparent 1 meta mark set 1 accept
      iifname "lan" tcp dport { 80, 81 } tproxy to :3129 meta mark set 1 accept
    }
    chain own_mark_only {
      type filter hook output priority filter;
      oifname "wan" tcp dport { 80, 81 } meta mark != 2 drop
    }
  }`;
const originProgram = `
  require("node:http").createServer((request, response) => response.end("you are " + request.socket.remoteAddress))
    .listen(80, "0.0.0.0", () => console.log("listening"));`;
const clientProgram = `
  const [host, port] = process.argv[1].split(":");
  const socket = require("node:net").connect({ host, port });
  let text = "";
  socket.setTimeout(3000, () => socket.destroy(new Error("silence")));
  socket.end("GET /page HTTP/1.0\\r\\nHost: example.org\\r\\n\\r\\n");
  socket.on("data", (data) => (text += data)).on("error", ({ code, message }) => (text = code ?? message));
  socket.on("close", () => console.log(text.split("\\r\\n").at(-1)));`;

const others: ChildProcess[] = [];
try {
  const client = await joinNamespace("lan", "10.1.2.2/24", "10.1.2.50/24");
  const origin = await joinNamespace("wan", "203.0.113.1/24", "203.0.113.80/24");
  execFileSync("nft", ["-f", "-"], { input: rules });
  ip("rule add fwmark 1 lookup 100");
  ip("route add local default dev lo table 100");
  // Somebody who never answers: the frames go to a MAC address that nobody has.
  ip("neigh add 203.0.113.99 lladdr 02:00:00:00:00:99 dev wan");
  const server = start(["nsenter", `--net=${origin}`, process.execPath, "-e", originProgram]);
  const proxy = start([process.execPath, `${folder}/proxy.cjs`, config]);
  let log = "";
  proxy.stdout?.on("data", (data: Buffer) => (log += data.toString()));
  if (server.stdout !== null) await once(server.stdout, "data");
  while (!log.includes("listening")) await sleep(10);

  const destinations = {
    origin: "203.0.113.80:80",
    closed: "203.0.113.80:81",
    silent: "203.0.113.99:80",
    unreachable: "198.51.100.1:80",
    router: "10.1.2.2:80",
    proxy: "10.1.2.2:3129",
  };
  const answers: Record<string, string> = {};
  for (const [name, destination] of Object.entries(destinations)) {
    const argv = [`--net=${client}`, process.execPath, "-e", clientProgram, destination];
    answers[name] = execFileSync("nsenter", argv, { encoding: "utf8" }).trim();
  }
  const ordinary = connect({ host: "203.0.113.80", port: 80, localAddress: "10.1.2.50" });
  const [error]: NodeJS.ErrnoException[] = await once(ordinary, "error").catch((reason) => [reason]);
  proxy.kill("SIGTERM");
  const [exitCode]: (number | null)[] = await once(proxy, "close");
  const findings: Findings = { answers, ordinaryBind: error?.code ?? "", log, exitCode: exitCode ?? null };
  process.stdout.write(JSON.stringify(findings));
} finally {
  for (const other of others) other.kill("SIGKILL");
}

/** Makes a namespace at the other end of a link; returns the path by which it can be entered. */
async function joinNamespace(device: string, here: string, there: string): Promise<string> {
  const holder = start(["unshare", "--net", "sh", "-c", "echo ready; exec sleep 60"]);
  if (holder.stdout !== null) await once(holder.stdout, "data");
  const path = `/proc/${holder.pid}/ns/net`;
  ip(`link add ${device} type veth peer name eth0 netns ${holder.pid}`);
  ip(`addr add ${here} dev ${device}`);
  ip(`link set ${device} up`);
  const inside = (command: string) => execFileSync("nsenter", [`--net=${path}`, "ip", ...command.split(" ")]);
  inside(`addr add ${there} dev eth0`);
  inside("link set eth0 up");
  inside(`route add default via ${here.split("/")[0]}`);
  return path;
}

function ip(command: string): void {
  execFileSync("ip", command.split(" "));
}

function start([command = "", ...argv]: readonly string[]): ChildProcess {
  const child = spawn(command, argv, { stdio: ["ignore", "pipe", "inherit"] });
  others.push(child);
  return child;
}
