import type { BridgingRule, NetworkModel } from "../../plan/network.ts";

/** Stands for the bridge's MAC address, which is known only on the router. */
const bridgeMac = "@BRIDGE_MAC@";

/** Rules as the files that ebtables-legacy-restore and iptables-legacy-restore read, by file name. */
export function printLegacy(model: NetworkModel): Record<string, string> {
  return {
    "ebtables.start": ebtables(model),
    "ebtables.stop": noEbtables,
    "iptables.filter": iptablesFilter(model),
    "iptables.mangle": iptablesMangle(model),
  };
}

function ebtables({ bridging }: NetworkModel): string {
  if (bridging === null) return noEbtables;
  // In the broute table DROP means: route it. ACCEPT means: bridge it.
  const verdicts = { route: "DROP", bridge: "ACCEPT" } as const;
  return lines(
    "*broute",
    `:BROUTING ${verdicts[bridging.otherwise]}`,
    ...bridging.rules.flatMap((rule) => [
      `# ${rule.why}`,
      `-A BROUTING -p ARP -i ${rule.port} --arp-op Request${arpMatch(rule)} -j ${verdicts[rule.verdict]}`,
    ]),
    "*nat",
    ":PREROUTING ACCEPT",
    ":OUTPUT ACCEPT",
    ":POSTROUTING ACCEPT",
    ...bridging.arpReplies.map(
      ({ port, targets }) =>
        `-A PREROUTING -p ARP -i ${port} --arp-op Request --arp-ip-dst ${targets} -j arpreply --arpreply-mac ${bridgeMac} --arpreply-target DROP`,
    ),
  );
}

const noEbtables = lines(
  "*broute",
  ":BROUTING ACCEPT",
  "*nat",
  ":PREROUTING ACCEPT",
  ":OUTPUT ACCEPT",
  ":POSTROUTING ACCEPT",
);

function arpMatch({ arpRequest: { gratuitous, sender, target } }: BridgingRule): string {
  return [
    gratuitous === undefined ? "" : " --arp-gratuitous",
    sender === undefined ? "" : ` --arp-ip-src ${sender}`,
    target === undefined ? "" : ` --arp-ip-dst ${target}`,
  ].join("");
}

/** What the router itself accepts. Forwarded packets pass: clients and servers see each other as they are. */
function iptablesFilter({ guard, delivery }: NetworkModel): string {
  return lines(
    "*filter",
    ":INPUT DROP [0:0]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    "-A INPUT -i lo -j ACCEPT",
    ...guard.icmpPorts.map((port) => `-A INPUT -i ${port} -p icmp -j ACCEPT`),
    "# given to the proxy",
    `-A INPUT -p tcp -m mark --mark ${delivery.mark} -j ACCEPT`,
    "# answers to the router's own connections",
    "-A INPUT -p tcp ! --syn -m socket -j ACCEPT",
    "-A INPUT -p udp -m socket -j ACCEPT",
    "COMMIT",
  );
}

function iptablesMangle({ capture, delivery }: NetworkModel): string {
  const mark = `0x${delivery.mark.toString(16)}`;
  const ports = capture.destinationPorts.join(",");
  const toProxy = `-p tcp -m multiport --dports ${ports} -j TPROXY --on-port ${capture.proxyPort} --tproxy-mark ${mark}/${mark}`;
  return lines(
    "*mangle",
    ":PREROUTING ACCEPT [0:0]",
    ":INPUT ACCEPT [0:0]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":POSTROUTING ACCEPT [0:0]",
    ":DIVERT - [0:0]",
    "# packets of the proxy's own connections, from the client's side and from the origin's",
    "-A PREROUTING -p tcp -m socket --transparent -j DIVERT",
    "# and errors about them: without these, the proxy never learns of a smaller path MTU",
    "-A PREROUTING -p icmp -m socket --transparent -j DIVERT",
    "# new connections",
    ...capture.destinations.map(({ to, verdict }) =>
      verdict === "capture"
        ? `-A PREROUTING -i ${capture.port} -d ${to} ${toProxy}`
        : `-A PREROUTING -i ${capture.port} -d ${to} -j RETURN`,
    ),
    `-A PREROUTING -i ${capture.port} ${toProxy}`,
    `-A DIVERT -j MARK --set-xmark ${mark}/0xffffffff`,
    "-A DIVERT -j ACCEPT",
    "COMMIT",
  );
}

function lines(...text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
