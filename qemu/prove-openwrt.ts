import type { Claim } from "../build/report/report.ts";
import { withLab, type LabOptions } from "./lab.ts";
import { figureOf, listEvidence, type Proof } from "./prove.ts";
import { scenarios } from "./scenarios/index.ts";
import { judge } from "./scenarios/scenario.ts";

/** Boots an image of OpenWrt's for the site's claims. What Debian's base promises of its disk isn't claimed. */
export async function proveOpenwrt(
  options: Omit<LabOptions, "lanes">,
  onClaim: (claim: Claim) => void = () => {},
): Promise<Proof> {
  const { kind } = options.firmware;
  return await withLab({ ...options, lanes: 1 }, async (lab) => {
    const [{ router }] = lab.lanes;
    await router.start();
    const boot = figureOf("boot", "Firmware to proxy listening", await router.waitForProxy(), 60, options);
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
