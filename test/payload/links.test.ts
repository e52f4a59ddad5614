/** What is printed for links, run in network namespaces: a router with an ISP on one port and a client on each of the others. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import type { Site } from "../../build/config/site.ts";
import { joinScripts } from "../../build/payload/dialects/dialect.ts";
import { bringUp, layCable, makeDevices } from "../../build/payload/links.ts";
import { kinds, modelOf, twoLanPorts } from "../setups.ts";

const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";
const inNamespace = (script: string): Promise<{ stdout: string }> =>
  promisify(execFile)("unshare", ["--user", "--map-root-user", "--net", "--kill-child", "sh", "-c", script], {
    timeout: 60_000,
    env: { PATH: systemPath, LC_ALL: "C.UTF-8" },
  });

const reason = await inNamespace(
  "ip link add bridge0 type bridge && ip link add port0 type veth peer name port1",
).then(
  () => "",
  (error: Error) => error.message,
);
if (reason !== "")
  process.stderr.write(`\nNOT TESTED: that several ports of the LAN are one LAN, because ${reason}\n\n`);
const withNamespaces = reason === "" ? test : test.skip;

/** Functions: `join PORT ADDRESS` plugs a host in, `at PORT COMMAND…` runs something there, `say WHAT COMMAND…` tells whether it succeeds. */
const hosts = `
set -e
join() {
  unshare --net sleep 30 > /dev/null 2>&1 &
  eval "host_$1=$!"
  until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
  ip link add "$1" address "02:00:00:00:00:$2" type veth peer name wire netns $!
  at "$1" sh -c "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip addr add 10.1.2.$2/24 dev wire; ip link set wire up"
}
at() { eval "pid=\\$host_$1"; shift; nsenter --net=/proc/$pid/ns/net "$@"; }
say() { what=$1; shift; if "$@" > /dev/null 2>&1; then echo "$what: yes"; else echo "$what: no"; fi; }
settle() { # until every link that is up has its carrier: the kernel tells bridges up to a second later
  until ! ip -o link show up | grep -q NO-CARRIER; do sleep 0.05; done
}
finds() { # PORT HOST: whether that host answers ARP; anything sent asks for it
  at "$1" bash -c "echo > /dev/udp/10.1.2.$2/9"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    case "$(at "$1" ip neigh show "10.1.2.$2")" in *lladdr*) return ;; esac
    sleep 0.05
  done
  return 1
}
mac_of() { ip -o link show "$1" | sed 's/.*link.ether //; s/ .*//'; }
mac_seen_by() { at "$1" ip neigh show "10.1.2.$2" | sed 's/.*lladdr //; s/ .*//'; }
links() { # what there is, whether it is up, and on which bridge
  ip -o link | awk '{
    line = $2
    if ($3 ~ /[<,]UP[,>]/) line = line " up"
    for (i = 4; i < NF; i++) if ($i == "master") line = line " on " $(i + 1)
    print line
  }'
  ip -o -4 addr
}
trap 'kill $host_eth0 $host_eth1 \${host_eth2-}' EXIT
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
join eth0 01
join eth1 51
`;

const scriptsOf = (changes: Partial<Site>) => {
  const model = modelOf({ ...changes, ipv6: { handling: "block" } }, twoLanPorts);
  const { start, stop } = joinScripts(layCable(model), makeDevices(model), bringUp(model));
  return { start: withoutSys(start), stop: withoutSys(stop), ...model };
};

/** /sys has the links of the first network namespace only. */
const withoutSys = (commands: readonly string[]): string =>
  commands
    .join("\n")
    .replaceAll(/cat \/sys\/class\/net\/(\S+)\/address/g, "mac_of $1")
    .replaceAll(/\[ ! -e \/sys\/class\/net\/(\S+) \]/g, "! ip link show $1 > /dev/null 2>&1");

async function run(script: string): Promise<string[]> {
  const { stdout } = await inNamespace(`${hosts}${script}`);
  return stdout.trim().split("\n");
}

for (const [name, changes] of Object.entries(kinds)) {
  if (name === "bridge-dnat") continue; // has the links of bridge-broute
  const { start, stop, ports, bridge } = scriptsOf(changes);
  const crosses = bridge?.ports.includes(ports.lan) ?? false;

  withNamespaces(
    `${name}: hosts on two ports of the LAN are on one wire, until one is taken off`,
    async (t) => {
      const lines = await run(`join eth2 52
links > "\${state:=$(mktemp)}"
${start}
settle
say "one LAN port finds the other" finds eth1 52
echo "at $(mac_seen_by eth1 52)"
say "router answers the first" finds eth1 2
say "router answers the second" finds eth2 2
echo "that of $(ip -o link | grep "ether $(mac_seen_by eth2 2)" | sed 's/^[0-9]*: //; s/[@:].*//' | sort | tr '\\n' ' ')"
say "the ISP's side finds the second" finds eth0 52
ip link set eth2 nomaster
at eth1 ip neigh flush all
say "off its bridge, the second is found" finds eth1 52
ip link set eth2 master br1
${stop}
links | diff "$state" - && echo "all is as it was"
rm "$state"`);
      t.is(lines[0], "one LAN port finds the other: yes");
      t.regex(
        lines[1] ?? "",
        /^at (?!02:00:00:00:00)([0-9a-f]{2}:){5}[0-9a-f]{2}$/,
        "its own MAC, no port of the router's",
      );
      t.deepEqual(lines.slice(2, 4), ["router answers the first: yes", "router answers the second: yes"]);
      // who only joins must not answer: what is sent to it is seen by no rule
      const standsForLan = crosses ? "br0 eth0 to-br1" : "br1 eth1";
      t.is(lines[4]?.trim(), `that of ${standsForLan}`);
      t.is(lines[5], `the ISP's side finds the second: ${crosses ? "yes" : "no"}`);
      t.is(lines[6], "off its bridge, the second is found: no");
      t.is(lines[7], "all is as it was");
    },
  );

  if (name !== "half-bridge" && name !== "bridge-broute") continue;
  withNamespaces(`${name}: a port of the LAN that isn't there is done without`, async (t) => {
    t.deepEqual(await run(`${start}\nsettle\nsay "router answers" finds eth1 2\n${stop}\necho stopped`), [
      "router answers: yes",
      "stopped",
    ]);
  });
}
