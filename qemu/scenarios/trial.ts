import { setTimeout as sleep } from "node:timers/promises";
import type { Site } from "../../build/config/site.ts";
import { applySite, siteFile, writeSite } from "../apply-site.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { runningPlan } from "./vocabulary.ts";

/** A change that would lock its operator out undoes itself. */
export const trial: Scenario = {
  id: "trial",
  title:
    "A site applied on the running router is in force at once; without a confirmation in time the former returns, and a faulty one changes nothing",
  async prove(lane) {
    const { router, plan } = lane;
    const former = await runningPlan(lane);
    const faulty = await router.console.fail(
      `${writeSite({ ...plan.site, router: "192.0.2.1" })} && halfbridge-ctl apply ${siteFile}`,
      { timeoutMs: 60_000 },
    );
    expectThat(
      `what was said of a faulty site: ${faulty}`,
      faulty.includes("/router: is 192.0.2.1, outside"),
    );
    expectEqual("the plan after a faulty site", await runningPlan(lane), former);
    const from = router.console.received.length;
    await router.console.succeed(
      `${writeSite(otherSite(plan.site))} && halfbridge-ctl apply ${siteFile} --within ${seconds}`,
      { timeoutMs: 60_000 },
    );
    const tried = await runningPlan(lane);
    expectThat("the plan on trial is the former one", tried !== former);
    await router.console.waitFor(/nobody confirmed/, { from, timeoutMs: 30_000 });
    await router.console.waitUntilSucceeds(
      `[ ! -e /run/halfbridge/trial ] && [ -e /run/halfbridge/listening ]`,
    );
    expectEqual("the plan after the time was up", await runningPlan(lane), former);
    return `${tried} was in force, unconfirmed for ${seconds} s; then ${former} again`;
  },
  control: {
    title: "confirmed, it stays",
    async refute(lane) {
      const former = await runningPlan(lane);
      const other = await applySite(lane, otherSite(lane.plan.site));
      await sleep(seconds * 1000);
      const kept = await runningPlan(other);
      await applySite(other, lane.plan.site);
      expectThat("the former plan returned", kept !== former);
      expectEqual("the plan that was applied for good", await runningPlan(lane), former);
      return `${kept} was still in force after ${seconds} s`;
    },
  },
};

const seconds = 3;

/** The same network with another idea of a proxy that is away. */
const otherSite = (site: Site): Site => ({ ...site, failMode: site.failMode === "open" ? "closed" : "open" });
