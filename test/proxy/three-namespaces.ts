/**
 * Runs inside `unshare --user --map-root-user --net`, whose namespace becomes a router: a client
 * and an origin get namespaces of their own, TCP to ports 80 and 81 is given to the proxy by real
 * TPROXY rules. Arguments: the proxy's folder, its configuration. Prints a `Findings` as JSON.
 *
 *   client 10.1.2.50 --- 10.1.2.2 (lan) router (wan) 203.0.113.1 --- 203.0.113.80 origin
 *   2001:db8:1::50 --- 2001:db8:1::2           2001:db8:2::1 --- 2001:db8:2::80
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request, type RequestOptions } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Findings {
  /** What the proxy says of itself: at its control socket, at its metrics' port, and in its log after SIGHUP. */
  readonly operation: Readonly<Record<"health" | "why" | "metrics" | "reloaded", string>>;
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
  table inet halfbridge {
    chain capture {
      type filter hook prerouting priority mangle;
      meta l4proto tcp socket transparent 1 meta mark set 1 accept
      iifname "lan" meta nfproto ipv4 tcp dport { 80, 81 } tproxy ip to :3129 meta mark set 1 accept
      iifname "lan" meta nfproto ipv6 tcp dport { 80, 81 } tproxy ip6 to :3129 meta mark set 1 accept
    }
    chain own_mark_only {
      type filter hook output priority filter;
      oifname "wan" tcp dport { 80, 81 } meta mark != 2 drop
    }
  }`;
const originProgram = `
  require("node:http").createServer((request, response) => response.end("you are " + request.socket.remoteAddress))
    .listen(80, "::", () => console.log("listening"));`;
/** Asks one way: captured on the way to a host and port, or a proxy (its address, the bytes to say). */
const clientProgram = `
  const [host, port, question] = process.argv.slice(1);
  const socket = require("node:net").connect({ host, port });
  let text = "";
  socket.setTimeout(3000, () => socket.destroy(new Error("silence")));
  if (question) socket.write(question);
  else socket.end("GET /page HTTP/1.0\\r\\nHost: example.org\\r\\n\\r\\n");
  socket.on("data", (data) => (text += data)).on("error", ({ code, message }) => (text = code ?? message));
  socket.on("close", () => console.log(text.split("\\r\\n").at(-1).trim()));`;
const router = ["10.1.2.2", "3128"];
const router6 = ["2001:db8:1::2", "3128"];
const get = (url: string): string => `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
const tunnel = (to: string): string => `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n${get("/page")}`;
const questions: Readonly<Record<string, readonly string[]>> = {
  origin: ["203.0.113.80", "80"],
  closed: ["203.0.113.80", "81"],
  silent: ["203.0.113.99", "80"],
  unreachable: ["198.51.100.1", "80"],
  router: ["10.1.2.2", "80"],
  proxy: ["10.1.2.2", "3129"],
  origin6: ["2001:db8:2::80", "80"],
  closed6: ["2001:db8:2::80", "81"],
  router6: ["2001:db8:1::2", "80"],
  explicit: [...router, get("http://203.0.113.80/page")],
  tunnel: [...router, tunnel("203.0.113.80:80")],
  explicitClosed: [...router, get("http://203.0.113.80:81/")],
  explicitSelf: [...router, get("http://10.1.2.2/")],
  explicitLocalhost: [...router, get("http://localhost/")],
  explicitOther: [...router, get("http://203.0.113.80:82/")],
  explicit6: [...router6, get("http://[2001:db8:2::80]/page")],
  tunnel6: [...router6, tunnel("[2001:db8:2::80]:80")],
  explicit4to6: [...router, get("http://[2001:db8:2::80]/page")],
};

const others: ChildProcess[] = [];
try {
  ip("link set lo up");
  // As long as its link-local address is tested for duplicates, a router can't ask for a neighbour's MAC
  // address on behalf of others: the first connection would take a second or two.
  writeFileSync("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
  const client = await joinNamespace(
    "lan",
    ["10.1.2.2/24", "2001:db8:1::2/64"],
    ["10.1.2.50/24", "2001:db8:1::50/64"],
  );
  const origin = await joinNamespace(
    "wan",
    ["203.0.113.1/24", "2001:db8:2::1/64"],
    ["203.0.113.80/24", "2001:db8:2::80/64"],
  );
  execFileSync("nft", ["-f", "-"], { input: rules });
  for (const family of ["-4", "-6"]) {
    ip(`${family} rule add fwmark 1 lookup 100`);
    ip(`${family} route add local default dev lo table 100`);
  }
  // Somebody who never answers: the frames go to a MAC address that nobody has.
  ip("neigh add 203.0.113.99 lladdr 02:00:00:00:00:99 dev wan");
  const server = start(["nsenter", `--net=${origin}`, process.execPath, "-e", originProgram]);
  const proxy = start([process.execPath, `${folder}/proxy.cjs`, config]);
  let log = "";
  proxy.stdout?.on("data", (data: Buffer) => (log += data.toString()));
  if (server.stdout !== null) await once(server.stdout, "data");
  while (!log.includes("listening")) await sleep(10);

  const answers: Record<string, string> = {};
  for (const [name, question] of Object.entries(questions)) {
    const argv = [`--net=${client}`, process.execPath, "-e", clientProgram, ...question];
    answers[name] = execFileSync("nsenter", argv, { encoding: "utf8" }).trim();
  }
  const ordinary = connect({ host: "203.0.113.80", port: 80, localAddress: "10.1.2.50" });
  const [error]: NodeJS.ErrnoException[] = await once(ordinary, "error").catch((reason) => [reason]);
  const operation = await operate(proxy, () => log);
  proxy.kill("SIGTERM");
  const [exitCode]: (number | null)[] = await once(proxy, "close");
  const findings: Findings = {
    operation,
    answers,
    ordinaryBind: error?.code ?? "",
    log,
    exitCode: exitCode ?? null,
  };
  process.stdout.write(JSON.stringify(findings));
} finally {
  for (const other of others) other.kill("SIGKILL");
}

async function operate(proxy: ChildProcess, log: () => string): Promise<Findings["operation"]> {
  const socketPath = `${folder}/control.sock`;
  const said = {
    health: await ask({ socketPath, path: "/health" }),
    why: await ask({ socketPath, path: "/why?url=http://a.example/&client=10.1.2.50" }),
    metrics: await ask({ host: "10.1.2.2", port: 9145, path: "/metrics" }),
  };
  proxy.kill("SIGHUP");
  const policies = () => log().match(/"event":"policy",.*/g) ?? [];
  while (policies().length < 2) await sleep(10);
  return { ...said, reloaded: policies()[1] ?? "" };
}

async function ask(at: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent: false, ...at }, (reply) => {
      let text = "";
      reply.on("data", (data: Buffer) => (text += data.toString())).on("end", () => resolve(text));
    });
    asked.on("error", reject).end();
  });
}

/** Makes a namespace at the other end of a link; returns the path by which it can be entered. */
async function joinNamespace(
  device: string,
  here: readonly string[],
  there: readonly string[],
): Promise<string> {
  const holder = start(["unshare", "--net", "sh", "-c", "echo ready; exec sleep 60"]);
  if (holder.stdout !== null) await once(holder.stdout, "data");
  const path = `/proc/${holder.pid}/ns/net`;
  ip(`link add ${device} type veth peer name eth0 netns ${holder.pid}`);
  const inside = (command: string) => execFileSync("nsenter", [`--net=${path}`, "ip", ...command.split(" ")]);
  // Likewise, an address can't be used before.
  const nodad = (address: string) => (address.includes(":") ? " nodad" : "");
  for (const address of here) ip(`addr add ${address} dev ${device}${nodad(address)}`);
  ip(`link set ${device} up`);
  for (const address of there) inside(`addr add ${address} dev eth0${nodad(address)}`);
  inside("link set eth0 up");
  for (const address of here) inside(`route add default via ${address.split("/")[0]}`);
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
