import type { Claim } from "../build/report/report.ts";
import { withLab, type LabOptions } from "./lab.ts";
import { figureOf, listEvidence, type Proof } from "./prove.ts";
import { scenarios } from "./scenarios/index.ts";
import { judge } from "./scenarios/scenario.ts";

/** A first start of OpenWrt makes its overlay and its configuration, too. */
const startTimeoutMs = 240_000;

/** What procd says when a shell comes with Enter; GRUB's menu, which OpenWrt has on the same line, would get what is typed before. */
const asksForEnter = /Please press Enter to activate this console/;

/**
 * Boots an image of OpenWrt's for the site's claims. Its console says nothing of the proxy, which OpenWrt's log is
 * told; a shell comes with Enter. What Debian's base promises of its disk isn't claimed.
 */
export async function proveOpenwrt(
  options: Omit<LabOptions, "lanes">,
  onClaim: (claim: Claim) => void = () => {},
): Promise<Proof> {
  const { kind } = options.firmware;
  return await withLab({ ...options, lanes: 1 }, async (lab) => {
    const [{ router }] = lab.lanes;
    const started = performance.now();
    await router.start();
    await router.console.waitForShell({ timeoutMs: startTimeoutMs, after: asksForEnter });
    // without a terminal at both ends it has no line editor, which OpenWrt's cuts lines off at 512 bytes
    router.console.type("sh | cat\n");
    await router.console.waitForShell();
    const serves = "[ -e /run/halfbridge/listening ] && [ -e /run/halfbridge/capturing ]";
    await router.console.waitUntilSucceeds(serves, { timeoutMs: startTimeoutMs });
    const boot = figureOf("boot", "Firmware to proxy listening", performance.now() - started, 60, options);
    await router.placeProgramsAlike();
    const claims: Claim[] = [];
    for (const scenario of scenarios.filter(({ appliesTo }) => appliesTo?.(options.plan) ?? true)) {
      const claim = await judge(scenario, { prefix: kind, firmware: kind }, lab.lanes);
      onClaim(claim);
      claims.push(claim);
    }
    return { claims, figures: [boot], evidence: listEvidence(lab) };
  });
}
