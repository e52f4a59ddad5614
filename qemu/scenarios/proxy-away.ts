import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "../lab.ts";
import { forwarded } from "./nothing-slips-past.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";
import { ask, capturedServices, shortSleep, type Service } from "./vocabulary.ts";

/** failMode: closed. */
export const failClosed: Scenario = {
  id: "fail-closed",
  title:
    "With the proxy stopped for good nothing captured gets out; clients are served again by themselves when it returns",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.whenAway === "drop",
  async prove(lane) {
    const before = (await forwarded(lane)).length;
    await withoutProxy(lane, () => lane.client(1).fail(askAll(lane, 2)));
    const slipped = (await forwarded(lane)).length - before;
    expectEqual("SYNs that were forwarded", slipped, 0);
    const seconds = await timeUntilServed(lane);
    return `no answer, and no SYN on the ISP's link; served again ${seconds} s after its return`;
  },
  control: {
    title: "with capture off they reach the origin though there is no proxy",
    async refute(lane) {
      await withoutProxy(lane, () =>
        between(lane.router, capture.off, capture.on, () => lane.client(1).succeed(askAll(lane, 5))),
      );
      await timeUntilServed(lane);
      return "answered without a proxy";
    },
  },
};

/** failMode: open. */
export const failOpen: Scenario = {
  id: "fail-open",
  title:
    "With the proxy stopped for good clients reach the origin directly within 2 s, and are captured again by themselves when it returns",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.whenAway === "pass",
  async prove(lane) {
    const [service] = capturedServices(lane) as [Service];
    const own = lane.topology.clients[0]?.address;
    const ms = await withoutProxy(lane, async () => {
      const started = performance.now();
      const seen = await lane.client(1).waitUntilSucceeds(ask(service, "", 1), { timeoutMs: 10_000 });
      expectEqual("the origin saw", seen, own);
      return performance.now() - started;
    });
    expectThat(`directly after ${(ms / 1000).toFixed(1)} s; at most ${limitMs / 1000} s`, ms <= limitMs);
    const seconds = await timeUntilServed(lane);
    await lane.router.console.waitUntilSucceeds("[ -e /run/halfbridge/capturing ]");
    const proxied = capturedAs(lane);
    expectEqual("with the proxy back the origin saw", await lane.client(1).succeed(ask(service)), proxied);
    return `directly after ${(ms / 1000).toFixed(1)} s, with the proxy away; captured again ${seconds} s after its return`;
  },
  control: {
    title: "with packets held for the proxy, as failMode: closed does, nothing gets out",
    async refute(lane) {
      const hold = [
        `while [ -e ${run}/listening ]; do ${shortSleep}; done; flock ${run}/capture.lock ${run}/setup/capture.start`,
        ...(lane.plan.site.dialect === "nft" ? ["nft add rule inet halfbridge-capture proxy drop"] : []),
      ].join(" && ");
      await withoutProxy(lane, () =>
        between(lane.router, hold, "/run/halfbridge/setup/capture.stop", () =>
          lane.client(1).fail(askAll(lane, 2)),
        ),
      );
      await timeUntilServed(lane);
      return "no answer";
    },
  },
};

const limitMs = 2000;
const run = "/run/halfbridge";

/** As whom the origin sees client 1 through the proxy. */
const capturedAs = ({ plan, topology }: Lane): string | undefined =>
  plan.site.transparency.server ? topology.clients[0]?.address : topology.router.address;

/** Asks one captured service; it is one command, which fails if there is no answer. */
function askAll(lane: Lane, seconds: number): string {
  const [service] = capturedServices(lane) as [Service];
  return ask(service, "", seconds);
}

/** Kills the proxy, with its supervisor suspended, and lets it come back. */
async function withoutProxy<T>({ router }: Lane, work: () => Promise<T>): Promise<T> {
  const supervisor = `$(cat ${run}/supervisor.pid)`;
  await router.console.succeed(`kill -STOP ${supervisor}; kill -KILL $(cat ${run}/proxy.pid)`);
  try {
    return await work();
  } finally {
    await router.console.succeed(`kill -CONT ${supervisor}`);
  }
}

/** Waits until the proxy listens again and client 1 is answered; in seconds, with one decimal. */
async function timeUntilServed(lane: Lane): Promise<string> {
  const started = performance.now();
  await lane.router.console.waitUntilSucceeds(`[ -e ${run}/listening ]`, { timeoutMs: 20_000 });
  await sleep(100);
  await lane.client(1).waitUntilSucceeds(askAll(lane, 3));
  return ((performance.now() - started) / 1000).toFixed(1);
}
