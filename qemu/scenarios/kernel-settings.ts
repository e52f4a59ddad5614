import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** What others change behind the mode's back. */
export const kernelSettings: Scenario = {
  id: "kernel-settings",
  title:
    "What something else changes of the kernel's settings is told on the console and by halfbridge-status: forwarding, rp_filter, and on a bridge bridge-nf-call-iptables=1",
  async prove(lane) {
    const { console } = lane.router;
    const changes = await changesFor(lane);
    const from = console.received.length;
    await console.succeed(changes.map(({ change }) => change).join(" && "));
    try {
      for (const { says } of changes) {
        await console.waitFor(new RegExp(`something else changed.*${says}`), { from });
      }
      const status = await console.succeed("halfbridge-status");
      for (const { says } of changes) {
        expectThat(`halfbridge-status doesn't say ${says}`, new RegExp(`CHANGED.*${says}`).test(status));
      }
    } finally {
      await console.succeed(changes.map(({ undo }) => undo).join("; "));
    }
    await console.waitFor(/as they must be again/, { from });
    return `told within some seconds, and again when undone: ${changes.map(({ says }) => says).join(", ")}`;
  },
  control: {
    title: "while nothing changes, nothing is told",
    async refute({ router }) {
      const from = router.console.received.length;
      await sleep(3000);
      const said = router.console.received.slice(from);
      expectThat(`told: ${said}`, !said.includes("something else changed"));
      expectEqual("what differs", await router.console.succeed("/usr/lib/halfbridge/settings check"), "");
      return "silent for 3 s";
    },
  },
};

interface Change {
  readonly change: string;
  readonly undo: string;
  readonly says: string;
}

async function changesFor({ plan, router }: Lane): Promise<Change[]> {
  const { lan } = plan.network.ports;
  const set = (key: string, value: number) => `echo ${value} >/proc/sys/${key}`;
  const filter = `net/ipv4/conf/${lan}/rp_filter`;
  // OpenWrt has it in a package of its own, which nothing of ours asks for
  const hasModule = await router.console.run("find /lib/modules -name 'br_netfilter.ko*' | grep -q .");
  return [
    { change: set(filter, 1), undo: set(filter, 0), says: filter },
    ...(plan.network.bridge === null || hasModule.status !== 0
      ? []
      : [
          {
            change: "modprobe br_netfilter",
            undo: "rmmod br_netfilter",
            says: "net/bridge/bridge-nf-call-iptables",
          },
        ]),
  ];
}
