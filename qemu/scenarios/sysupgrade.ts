import { stat } from "node:fs/promises";
import type { Site } from "../../build/config/site.ts";
import { hashFile } from "../../build/core/hash.ts";
import { applySite } from "../apply-site.ts";
import { restartBy } from "./restart-by.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { capture } from "./switches.ts";
import { ask, capturedServices, runningPlan, type Service } from "./vocabulary.ts";
import { whileTrying } from "./while-trying.ts";

const active = "/etc/halfbridge/active";
const list = "/etc/halfbridge/lists/lab.txt";
const notKept = "/etc/lab-not-kept";
const added = "network.lab";
const keeps = "/lib/upgrade/keep.d/halfbridge";
/** A disk of which the router reads the image: what it copies must end where the file does. */
const upload = (bytes: number): string =>
  `head -c ${bytes} "/dev/$(grep -l cargo /sys/block/*/serial | cut -d / -f 4)" >/tmp/upgrade.bin`;

/** OpenWrt's own upgrade, to an image as it is published; the router has it on a second disk. */
export const sysupgrade = (image: string): Scenario => ({
  id: "sysupgrade",
  title:
    "sysupgrade writes the image over the running one: what was confirmed is what it starts with, a list that was written on the router is there, as is a network that was added to OpenWrt's, and nothing gets past the proxy meanwhile",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.whenAway === "drop",
  async prove(lane) {
    const { console } = lane.router;
    await applySite(lane, otherSite(lane.plan.site));
    const plan = await runningPlan(lane);
    await console.succeed(`echo blocked.example >${list} && touch ${notKept}`);
    await console.succeed(`uci set ${added}=interface && uci set ${added}.proto=none && uci commit network`);
    await console.succeed(upload((await stat(image)).size), { timeoutMs: 60_000 });
    const [copied] = (await console.succeed("sha256sum /tmp/upgrade.bin", { timeoutMs: 60_000 })).split(" ");
    expectEqual("sha256 of the image on the router", copied, await hashFile(image));
    const { slipped, tries } = await whileTrying(lane, () =>
      restartBy(lane.router, "sysupgrade /tmp/upgrade.bin", 300_000),
    );
    expectEqual("SYNs that were forwarded", slipped, 0);
    expectEqual("the plan that it started with", await runningPlan(lane), plan);
    expectEqual("the list", await lane.router.console.succeed(`cat ${list}`), "blocked.example");
    expectEqual(
      "the network that was added",
      await lane.router.console.succeed(`uci get ${added}.proto`),
      "none",
    );
    await lane.router.console.fail(`[ -e ${notKept} ]`); // the image was written indeed
    await lane.client(1).waitUntilSucceeds(ask(capturedServices(lane)[0] as Service));
    return `none of ${tries} attempts was forwarded; it started with ${plan}, and a file of nobody's was gone`;
  },
  control: {
    title: "without Halfbridge's word to OpenWrt neither is kept; with capture off attempts are forwarded",
    async refute(lane) {
      const { router } = lane;
      const kept = async () => {
        const lines = (await router.console.succeed("sysupgrade -l", { timeoutMs: 60_000 })).split("\n");
        return [active, list].filter((file) => lines.includes(file));
      };
      expectEqual("what is kept", await kept(), [active, list]);
      const lost = await between(router, `mv ${keeps} /tmp/keeps`, `mv /tmp/keeps ${keeps}`, kept);
      expectEqual("what is kept without it", lost, []);
      const { slipped } = await whileTrying(lane, () =>
        between(router, capture.off, capture.on, () => lane.client(2).succeed("sleep 1")),
      );
      expectThat("nothing was forwarded", slipped > 0);
      return `sysupgrade -l had neither of them; ${slipped} SYNs were forwarded`;
    },
  },
});

/** The same network; the router's own set-up is not what the image was built with. */
const otherSite = (site: Site): Site => ({
  ...site,
  proxy: { ...site.proxy, idleTimeoutSeconds: site.proxy.idleTimeoutSeconds + 1 },
});
