import type { Lane } from "../lab.ts";
import { readPackets } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** Claim 8: from the ISP's side there is nothing to connect to. */
export const openPorts: Scenario = {
  id: "open-ports",
  title: "From the ISP's side no port of the router is open: TCP 1–65535, and the common ones of UDP",
  async prove(lane) {
    const before = await refusals(lane);
    const open = await scan(lane, "1-65535");
    expectEqual("open ports", open, []);
    const refused = (await refusals(lane)) - before;
    expectThat(`only ${refused} of the probes arrived at the router`, refused >= 65_535 + udpPorts.length);
    return `none of 65,535 TCP and ${udpPorts.length} UDP ports answered; the router's guard refused ${refused} packets`;
  },
  control: {
    title: "ports that an operator opens are found by the same scan",
    async refute(lane) {
      const opened = ["tcp 47111", "udp 5353"];
      const found = await between(lane.router, openPortsCommand(lane), closePortsCommand(lane), () =>
        scan(lane, "47000-47999"),
      );
      expectEqual("open ports", found, opened);
      return `found ${found.join(" and ")}`;
    },
  },
};

const echoes = [
  'require("dgram").createSocket("udp4").on("message",function(data,{port,address}){this.send(data,port,address)}).bind(5353)',
  'require("net").createServer((socket)=>socket.pipe(socket)).listen(47111,"0.0.0.0")',
].join(";");

/** As /proc/net has it. */
const hexadecimal = (port: number): string => port.toString(16).toUpperCase();

/** An echo service on each of two ports, with a rule that lets them in. */
const openPortsCommand = ({ plan }: Lane): string =>
  [
    `/usr/lib/halfbridge/runtime/node -e '${echoes}' & echo $! >/tmp/opened`,
    ...(plan.site.dialect === "nft"
      ? [
          "nft insert rule inet halfbridge-guard input tcp dport 47111 accept",
          "nft insert rule inet halfbridge-guard input udp dport 5353 accept",
        ]
      : [
          "iptables-legacy -I INPUT -p tcp --dport 47111 -j ACCEPT",
          "iptables-legacy -I INPUT -p udp --dport 5353 -j ACCEPT",
        ]),
    `until grep -q ":${hexadecimal(5353)} " /proc/net/udp && grep -q ":${hexadecimal(47111)} " /proc/net/tcp; do sleep 1; done`,
  ].join("\n");

const closePortsCommand = ({ plan }: Lane): string =>
  [
    "kill $(cat /tmp/opened)",
    ...(plan.site.dialect === "nft"
      ? ["/usr/lib/halfbridge/stages/guard stop", "/usr/lib/halfbridge/stages/guard start"]
      : [
          "iptables-legacy -D INPUT -p tcp --dport 47111 -j ACCEPT",
          "iptables-legacy -D INPUT -p udp --dport 5353 -j ACCEPT",
        ]),
  ].join("\n");

/** Names, time, mail, management, discovery, tunnels, games: what UDP scanners look for first. */
const udpPorts = [
  7, 53, 67, 68, 69, 111, 123, 137, 138, 161, 162, 500, 514, 520, 623, 1194, 1434, 1645, 1646, 1701, 1812,
  1813, 1900, 2049, 3129, 3478, 3702, 4500, 5004, 5060, 5353, 5683, 11211, 27015, 51820,
];

/** Probes TCP ports and the common ones of UDP; gives those that answer, as `tcp 80` or `udp 53`. */
async function scan(lane: Lane, tcpPorts: string): Promise<string[]> {
  const { topology, isp } = lane;
  const { router, ispRouter } = topology;
  const before = (await answers(lane)).length;
  // masscan ends only when it receives something after it has sent all: pings see to that
  await isp.succeed(
    [
      `ping -q -i 0.5 ${router.address} >/tmp/ping & masscan ${router.address} -p${tcpPorts},${udpPorts.map((port) => `U:${port}`).join(",")}`,
      `--adapter wire --adapter-ip ${ispRouter.address} --adapter-mac ${ispRouter.mac}`,
      `--router-mac ${router.ispMac.replaceAll(":", "-")} --rate 30000 --wait 1 2>/tmp/masscan;`,
      "kill -INT $!",
    ].join(" "),
    { timeoutMs: 60_000 },
  );
  const lines = (await answers(lane)).slice(before);
  return [...new Set(lines.map(portOf))].sort();
}

/** What the router's address said to anyone on the ISP's link: SYN-ACKs and datagrams. */
const answers = ({ pcaps, topology }: Lane): Promise<string[]> =>
  readPackets(
    pcaps("isp"),
    `src ${topology.router.address} and (udp or tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack))`,
  );

function portOf(line: string): string {
  const port = /: [\d.]+\.(\d+) > /.exec(line)?.[1];
  return `${line.includes("Flags [") ? "tcp" : "udp"} ${port}`;
}

/** How many packets from the ISP's side the router's guard has rejected so far, probes among them. */
async function refusals({ router }: Lane): Promise<number> {
  const status = await router.console.succeed("halfbridge-status");
  return Number(/^from isp .* (\d+) packets \d+ B$/m.exec(status)?.[1]);
}
