import type { Lane } from "../lab.ts";
import { expectThat, type Scenario } from "./scenario.ts";

/** How long the proxy may be away, and how long an open connection may take to end, in milliseconds. */
const limitMs = 2000;

/** Claim 6: the proxy may die at any time. */
export const proxyRestart: Scenario = {
  id: "proxy-restart",
  title: "A proxy that is killed is back within 2 s; connections that were open fail cleanly",
  async prove(lane) {
    const { router, client, topology } = lane;
    await openSlowRequest(lane);
    const from = router.console.received.length;
    const killed = performance.now();
    const [, backMs, endMs] = await Promise.all([
      router.console.succeed(kill),
      router.console
        .waitFor(/"event":"listening"/, { from, timeoutMs: 20_000 })
        .then(() => performance.now() - killed),
      endOfSlowRequest(lane).then(() => performance.now() - killed),
    ]);
    await client(2).succeed(`wget -T 10 -qO- http://${topology.origins[0]}/cgi-bin/peer`);
    const told = `listening again after ${seconds(backMs)}, the open connection failed after ${seconds(endMs)}`;
    expectThat(`${told}; at most ${seconds(limitMs)} each`, backMs <= limitMs && endMs <= limitMs);
    return told;
  },
  control: {
    title: "with its supervisor suspended a killed proxy stays away, and is no longer asked",
    async refute({ router, client, topology, plan }) {
      const request = `wget -T 2 -qO- http://${topology.origins[0]}/cgi-bin/peer`;
      const isClosed = plan.network.capture.whenAway === "drop";
      await router.console.succeed(`kill -STOP ${supervisor}; ${kill}`);
      try {
        if (isClosed) await client(1).fail(request);
        else await client(1).waitUntilSucceeds(request);
        await router.console.fail("readlink /proc/$(cat /run/halfbridge/proxy.pid)/exe");
      } finally {
        const from = router.console.received.length;
        await router.console.succeed(`kill -CONT ${supervisor}`);
        await router.console.waitFor(/"event":"listening"/, { from, timeoutMs: 20_000 });
        await router.console.waitUntilSucceeds("[ -e /run/halfbridge/capturing ]");
      }
      return `no proxy, and a request ${isClosed ? "failed" : "went directly"}; with the supervisor resumed it came back`;
    },
  },
};

const supervisor = "$(cat /run/halfbridge/supervisor.pid)";
const kill = "kill -KILL $(cat /run/halfbridge/proxy.pid)";
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Begins a request whose answer takes a minute, and waits for its first byte. */
async function openSlowRequest({ client, topology }: Lane): Promise<void> {
  const request = `wget -T 20 -qO slow http://${topology.origins[0]}/cgi-bin/slow`;
  await client(1).succeed(`rm -f slow*; (${request}; echo $? >slow.status) >slow.log 2>&1 &`);
  await client(1).waitUntilSucceeds("[ -s slow ]");
}

/** Waits until it has ended, which must be with an error. */
async function endOfSlowRequest({ client }: Lane): Promise<void> {
  const status = await client(1).waitUntilSucceeds("cat slow.status", { timeoutMs: 20_000 });
  expectThat("an answer that was cut off counted as whole", status !== "0");
}
