import type { Claim } from "../build/report/report.ts";
import { withLab, type LabOptions } from "./lab.ts";
import { figureOf, listEvidence, type Proof } from "./prove.ts";
import { scenarios } from "./scenarios/index.ts";
import { judge } from "./scenarios/scenario.ts";
import { sysupgrade } from "./scenarios/sysupgrade.ts";

/**
 * Boots an image of OpenWrt's for the site's claims, and upgrades it to `published`, the same as a file that sysupgrade
 * takes. What Debian's base promises of its disk isn't claimed.
 */
export async function proveOpenwrt(
  options: Omit<LabOptions, "lanes">,
  published: string,
  onClaim: (claim: Claim) => void = () => {},
): Promise<Proof> {
  const { kind } = options.firmware;
  return await withLab({ ...options, cargo: published, lanes: 1 }, async (lab) => {
    const [{ router }] = lab.lanes;
    await router.start();
    const boot = figureOf("boot", "Firmware to proxy listening", await router.waitForProxy(), 60, options);
    await router.placeProgramsAlike();
    const claims: Claim[] = [];
    const all = [...scenarios, sysupgrade(published)];
    for (const scenario of all.filter(({ appliesTo }) => appliesTo?.(options.plan) ?? true)) {
      const claim = await judge(scenario, { prefix: kind, firmware: kind }, lab.lanes);
      onClaim(claim);
      claims.push(claim);
    }
    return { claims, figures: [boot], evidence: listEvidence(lab) };
  });
}
