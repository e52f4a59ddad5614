import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** Whoever gets hold of the proxy has the proxy's rights, and no others. */
export const ownUser: Scenario = {
  id: "own-user",
  title:
    "The proxy is a user of its own, whose only right beyond any user's is CAP_NET_RAW, which makes sockets transparent",
  // asked, and connecting from the router's address, squid needs no right at all
  appliesTo: ({ site, network }) => site.proxy.engine !== "squid" || network.capture.clientSide,
  async prove({ router }) {
    const status = await router.console.succeed("cat /proc/$(cat /run/halfbridge/proxy.pid)/status");
    const value = (key: string) => new RegExp(`^${key}:\\s+(.*)$`, "m").exec(status)?.[1]?.trim();
    const user = await router.console.succeed("id -u halfbridge");
    expectThat("it is root", user !== "0");
    expectEqual("its users", value("Uid"), [user, user, user, user].join("\t"));
    expectEqual(
      "its capabilities: permitted, effective, and what it could ever get",
      ["CapPrm", "CapEff", "CapBnd"].map(value),
      [netRaw, netRaw, netRaw],
    );
    expectEqual("whether it may never get others", value("NoNewPrivs"), "1");
    return `user ${user}, capabilities ${netRaw}`;
  },
  control: {
    title: "without that right it can't listen",
    async refute(lane) {
      const said = await lane.router.console.fail(startWithoutRights(lane), { timeoutMs: 30_000 });
      expectThat(`what it said: ${said}`, said.includes(refusals[lane.plan.site.proxy.engine]));
      return "it ended: IP_TRANSPARENT is not permitted";
    },
  },
};

/** A mask with bit 13 set (capabilities(7)). */
const netRaw = "0000000000002000";

/** What a proxy says that can't listen. */
const refusals = {
  halfbridge: "Operation not permitted",
  squid: "TPROXY support in the system does not work",
} as const;

const withoutRights = "setpriv --reuid halfbridge --regid halfbridge --clear-groups --bounding-set -all";

/** Another proxy beside the one that runs, with a port and files of its own. (Squid sees it before it opens any.) */
function startWithoutRights({ plan }: Lane): string {
  if (plan.site.proxy.engine === "squid")
    return `${withoutRights} squid-openssl -N -f /run/halfbridge/setup/squid.conf`;
  const changes = [
    `s/"port": ${plan.network.capture.proxyPort}$/"port": ${plan.network.capture.proxyPort + 1}/`,
    "s|/proc/self/fd/3|/run/halfbridge/proxy/own-user.ready|",
    "s|/var/log/halfbridge/|/run/halfbridge/proxy/own-user.|",
  ];
  return [
    `sed '${changes.join("; ")}' /run/halfbridge/setup/proxy.json >/tmp/own-user.json`,
    `${withoutRights} /usr/lib/halfbridge/runtime/node /usr/lib/halfbridge/proxy.cjs /tmp/own-user.json`,
  ].join("\n");
}
