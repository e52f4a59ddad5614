import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** What became of the sound copy, by lane: the control rides on the same starts. */
const kept = new WeakMap<Lane, string>();

/** An update that doesn't start must not cost the router. */
export const brokenSlot: Scenario = {
  id: "broken-slot",
  title:
    "A slot that doesn't start is given up after its tries, by itself, and the other one serves again; nobody has to come",
  async prove(lane) {
    const { router } = lane;
    await router.console.waitForShell();
    await router.console.succeed(copySlot, { timeoutMs: 120_000 });
    await router.console.succeed("halfbridge-slot try b 1");
    await router.console.succeed("sync");
    await router.cutPower();
    await router.start();
    await router.waitForProxy();
    await router.console.waitForShell();
    kept.set(lane, await settled(lane));
    await router.console.succeed(breakSlotA);
    await router.console.succeed("halfbridge-slot try a 1");
    const from = router.console.received.length;
    await restart(lane);
    const said = router.console.received.slice(from);
    expectThat("nothing was said of a slot that can't be mounted", said.includes("can't be mounted"));
    const states = await settled(lane);
    expectEqual("the slots", states, "slot A  isn't started, wanted; slot B  works, runs");
    await lane.client(1).waitUntilSucceeds(`wget -T 10 -qO- http://${lane.topology.origins[0]}/cgi-bin/peer`);
    await router.cutPower();
    return states;
  },
  control: {
    title: "the same slot, sound, was started in the same way and kept",
    refute(lane) {
      const states = kept.get(lane);
      expectEqual("the slots", states, "slot A  works; slot B  works, runs, wanted");
      return Promise.resolve(states ?? "");
    },
  },
};

/** What an update does, with the system that runs as what is new: the whole file systems, not the whole partitions. */
const copySlot = `
at() { for event in /sys/class/block/*/uevent; do grep -qx "PARTNAME=$1" $event && echo /dev/$(sed -n s/^DEVNAME=//p $event); done; }
dd if=$(at boot-a) of=$(at boot-b) bs=1M conv=fsync 2>&1
MiB=$(($(od -An -t u8 -j 40 -N 8 $(at root-a)) / 1048576 + 1))
dd if=$(at root-a) of=$(at root-b) bs=1M count=$MiB conv=fsync 2>&1`;

/** Takes a squashfs' tables away, which are at its end: it is still found, but can't be mounted. */
const breakSlotA = `
at() { for event in /sys/class/block/*/uevent; do grep -qx "PARTNAME=$1" $event && echo /dev/$(sed -n s/^DEVNAME=//p $event); done; }
KiB=$(($(od -An -t u8 -j 40 -N 8 $(at root-a)) / 1024))
dd if=/dev/zero of=$(at root-a) bs=1K seek=$((KiB - 256)) count=257 conv=fsync 2>&1`;

/** Restarts as a person would, and waits for whichever slot serves in the end. */
async function restart({ router }: Lane): Promise<void> {
  const from = router.console.received.length;
  router.console.type("reboot\n");
  await router.console.waitFor(/"event":"listening"/, { from, timeoutMs: 180_000 });
  await router.console.waitForShell({ timeoutMs: 30_000 });
}

/** The slots' states once none is on trial any more. */
async function settled({ router }: Lane): Promise<string> {
  await router.console.waitUntilSucceeds("! halfbridge-slot | grep trial", { timeoutMs: 60_000 });
  return (await router.console.succeed("halfbridge-slot")).split("\n").join("; ");
}
