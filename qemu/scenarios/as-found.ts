import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** What the last proof saw while all was running, for its control. */
const running = new WeakMap<Lane, { readonly off: string; readonly on: string }>();

/** Stop is start reversed, among rules and settings that others have made. */
export const asFound: Scenario = {
  id: "as-found",
  title:
    "Stopped, the router leaves the kernel as it found it: links, addresses, routes, rules of either kind, traffic control and settings, others' among them",
  async prove(lane) {
    const { console } = lane.router;
    const { isp, lan } = lane.plan.network.ports;
    await console.succeed(`${stop}; ${foreign(lan, "add")}`, { timeoutMs: 30_000 });
    try {
      const before = await console.succeed(dump(isp, lan), { timeoutMs: 30_000 });
      const on = await console.succeed(`{ ${start}; } >/dev/null 2>&1 && ${dump(isp, lan)}`, {
        timeoutMs: 60_000,
      });
      const after = await console.succeed(`${stop}; ${dump(isp, lan)}`, { timeoutMs: 60_000 });
      expectEqual("what is there after stopping, and wasn't before", newLines(after, before), []);
      expectEqual("what was there before, and isn't after", newLines(before, after), []);
      running.set(lane, { off: before, on });
      return `${before.split("\n").length} lines of state were the same before starting and after stopping`;
    } finally {
      await console.succeed(`${foreign(lan, "del")}; { ${start}; } >/dev/null 2>&1`, { timeoutMs: 60_000 });
    }
  },
  control: {
    title: "while it runs, the same dump differs",
    refute(lane) {
      const { off = "", on = "" } = running.get(lane) ?? {};
      const lines = newLines(on, off).length;
      expectThat("the dumps are the same", lines > 0);
      return Promise.resolve(`${lines} lines were there only while it ran`);
    },
  },
};

/** As init does it. */
const stop = "for s in S20network S15capture S10guard; do /etc/init.d/$s stop || exit 1; done";
const start = "for s in S10guard S15capture S20network; do /etc/init.d/$s start || exit 1; done";

/** Rules and settings that somebody else has. */
function foreign(lan: string, action: "add" | "del"): string {
  const [rule, value] = action === "add" ? ["-A", 2] : ["-D", 0];
  return [
    action === "add"
      ? "nft 'add table inet foreign; add chain inet foreign c { type filter hook forward priority 0; }'"
      : "nft delete table inet foreign",
    `iptables-legacy ${rule} FORWARD -p sctp -j ACCEPT`,
    `ebtables-legacy -t filter ${rule} FORWARD -p 0x9999 -j DROP`,
    `ip rule ${action} pref 777 from 192.0.2.77 lookup 77`,
    `echo ${value} >/proc/sys/net/ipv4/conf/${lan}/rp_filter`,
  ].join("; ");
}

/** All that a set-up could touch, one fact a line, without what counts or ages. */
function dump(isp: string, lan: string): string {
  const settings =
    "/proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/neigh /proc/sys/net/ipv6/conf";
  return [
    "ip -o link | sed 's/^[0-9]*: //; s/ qlen.*//; s/ state [A-Z]*//'",
    "ip -o addr | sed 's/^[0-9]*: //; s/valid_lft.*//'",
    "ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; ip neigh show proxy",
    "{ iptables-legacy-save; ip6tables-legacy-save; } | sed '/^#/d; s/\\[[0-9:]*\\]//'",
    "for table in broute nat filter; do ebtables-legacy -t $table -L; done",
    "nft list ruleset",
    `tc qdisc show; for port in ${isp} ${lan}; do tc filter show dev $port ingress; ethtool -k $port; done 2>/dev/null`,
    `find ${settings} -type f ! -name '*_secret' ! -name '*reachable*' ! -name 'retrans*' ! -name mtu | xargs grep -H . 2>/dev/null`,
  ]
    .map((command) => `{ ${command}; }`)
    .join("; ");
}

/** Lines of `a` that `b` lacks. */
function newLines(a: string, b: string): string[] {
  const known = new Set(b.split("\n"));
  return a.split("\n").filter((line) => !known.has(line));
}
