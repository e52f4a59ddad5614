import { portDevices } from "../../build/plan/ports.ts";
import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** Stop is start reversed, among rules and settings that others have made. */
export const asFound: Scenario = {
  id: "as-found",
  title:
    "Stopped, the router leaves the kernel as it found it: links, addresses, routes, rules of either kind, traffic control and settings, others' among them",
  async prove(lane) {
    const { console } = lane.router;
    const devices = portDevices(lane.plan.network);
    const { isp } = lane.plan.network.ports;
    await console.succeed(`${stop}; ${foreign(isp, "add")}`, { timeoutMs: 30_000 });
    try {
      await console.succeed(
        [
          dump("before", devices),
          `{ ${start}; } >/dev/null 2>&1 || exit 1`,
          dump("running", devices),
          `{ ${stop}; } || exit 1`,
          dump("after", devices),
        ].join("\n"),
        { timeoutMs: 90_000 },
      );
      expectEqual(
        "what differs (-: before starting, +: after stopping)",
        await differences(lane, "after"),
        "",
      );
      const lines = await console.succeed(`cat ${fileOf("before")} | wc -l`);
      return `${lines} lines of state were the same before starting and after stopping`;
    } finally {
      await console.succeed(`${foreign(isp, "del")}; { ${start}; } >/dev/null 2>&1`, { timeoutMs: 60_000 });
    }
  },
  control: {
    title: "while it runs, the same dump differs",
    async refute(lane) {
      const lines = (await differences(lane, "running")).split("\n").filter((line) => line.startsWith("+"));
      expectThat("the dumps are the same", lines.length > 0);
      return `${lines.length} lines were there only while it ran`;
    },
  },
};

type Moment = "before" | "running" | "after";

/** On the router: a serial console is slow. */
const fileOf = (moment: Moment): string => `/tmp/as-found.${moment}`;

/** The lines that differ from before, each with - or +. (OpenWrt has no diff.) */
const differences = ({ router }: Lane, moment: Moment): Promise<string> =>
  router.console.succeed(
    `awk 'NR == FNR { a[$0]; next } { b[$0] } END { for (l in a) if (!(l in b)) print "-" l; for (l in b) if (!(l in a)) print "+" l }' ${fileOf("before")} ${fileOf(moment)}`,
  );

/** As init does it. */
const stop = "for s in network capture guard; do /usr/lib/halfbridge/stages/$s stop || exit 1; done";
const start = "/usr/lib/halfbridge/stages/all start";

/** Rules and settings that somebody else has. */
function foreign(port: string, action: "add" | "del"): string {
  const [rule, value] = action === "add" ? ["-A", 2] : ["-D", 0];
  return [
    action === "add"
      ? "nft 'add table inet foreign; add chain inet foreign c { type filter hook forward priority 0; }'"
      : "nft delete table inet foreign",
    `iptables-legacy ${rule} FORWARD -p sctp -j ACCEPT`,
    `ebtables-legacy -t filter ${rule} FORWARD -p 0x9999 -j DROP`,
    `ip rule ${action} pref 777 from 192.0.2.77 lookup 77`,
    `echo ${value} >/proc/sys/net/ipv4/conf/${port}/rp_filter`,
  ].join("; ");
}

/** Keeps all that a set-up could touch, one fact a line, without what counts or ages. */
function dump(moment: Moment, ports: readonly string[]): string {
  const settings =
    "/proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/neigh /proc/sys/net/ipv6/conf";
  const commands = [
    "ip -o link | sed 's/^[0-9]*: //; s/ qlen.*//; s/ state [A-Z]*//'",
    "ip -o addr | sed 's/^[0-9]*: //; s/valid_lft.*//'",
    "ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; ip neigh show proxy",
    "{ iptables-legacy-save; ip6tables-legacy-save; } | sed '/^#/d; s/\\[[0-9:]*\\]//'",
    "for table in broute nat filter; do ebtables-legacy -t $table -L; done",
    "nft list ruleset",
    `tc qdisc show; for port in ${ports.join(" ")}; do tc filter show dev $port ingress; ethtool -k $port; done 2>/dev/null`,
    `find ${settings} -type f ! -name '*_secret' ! -name '*reachable*' ! -name 'retrans*' ! -name mtu | xargs grep -H . 2>/dev/null`,
  ];
  return `{ ${commands.join("\n")}
} | sort -u >${fileOf(moment)}`;
}
