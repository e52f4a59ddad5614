import { basename } from "node:path";
import type { Plan } from "../build/plan/plan.ts";
import type { Claim, Evidence, Figure } from "../build/report/report.ts";
import { withLab, type Lab, type LabOptions, type Lane } from "./lab.ts";
import { proxyStartMs, restartProxy } from "./proxy-start.ts";
import type { Router } from "./router.ts";
import { firmwaresOf } from "./machine-kinds.ts";
import { bootScenarios, scenarios, scenariosWithPowerCuts, timedScenarios } from "./scenarios/index.ts";
import { judge, type Scenario } from "./scenarios/scenario.ts";

/** What a lab run adds to a report. Files are relative to the run directory. */
export interface Proof {
  readonly claims: readonly Claim[];
  readonly figures: readonly Figure[];
  readonly evidence: readonly Evidence[];
}

/** Boots an image in the lab and judges every claim; `onClaim` is told each as soon as it is known. */
export async function proveImage(
  options: Omit<LabOptions, "lanes"> & { readonly plan: Plan },
  onClaim: (claim: Claim) => void = () => {},
): Promise<Proof> {
  const started = performance.now();
  const firmware = options.firmware.kind;
  // what a disk's boot flow does is the same by every firmware that starts it
  const [main] = firmwaresOf(options.plan.board);
  const ofBoot = firmware === main ? bootScenarios : [];
  return await withLab({ ...options, lanes: 3 + ofBoot.length }, async (lab) => {
    const [first, ...spare] = lab.lanes;
    const boot = await bootFigures(first, options);
    const judgeAll = async (
      list: readonly Scenario[],
      lanes: readonly [Lane, ...Lane[]],
    ): Promise<Claim[]> => {
      const claims: Claim[] = [];
      for (const scenario of list.filter(({ appliesTo }) => appliesTo?.(options.plan) ?? true)) {
        const claim = await judge(scenario, { prefix: firmware, firmware }, lanes);
        onClaim(claim);
        claims.push(claim);
      }
      return claims;
    };
    const timed = await judgeAll(timedScenarios, [first]);
    await first.router.placeProgramsAlike();
    await first.router.copyTo(spare.map(({ router }) => router));
    const others = await Promise.all([
      judgeAll(scenarios, [first]),
      judgeAll(scenariosWithPowerCuts, spare.slice(0, 2) as [Lane, Lane]),
      ...ofBoot.map(async (scenario, index) => judgeAll([scenario], [spare[2 + index] as Lane])),
    ]);
    const total = figureOf(
      "lab",
      "Lab, from the first guest to the last claim",
      performance.now() - started,
      options.plan.board.arch === "amd64" ? 90 : 120,
      options,
    );
    return { claims: [...timed, ...others.flat()], figures: [...boot, total], evidence: listEvidence(lab) };
  });
}

/** Switches the first router on while nothing else is busy; measures its start, its proxy's, and what memory it takes. */
async function bootFigures(
  { router }: Lane,
  options: Pick<LabOptions, "plan" | "firmware">,
): Promise<Figure[]> {
  await router.start();
  const bootMs = await router.waitForProxy();
  await router.console.waitForShell();
  await router.console.waitUntilSucceeds("[ -e /run/halfbridge/capturing ]"); // failMode: open captures a moment later
  const memory = await router.console.succeed("cat /proc/meminfo");
  const kibOf = (key: string): number => Number(new RegExp(`^${key}: +(\\d+) kB$`, "m").exec(memory)?.[1]);
  const usedMiB = (kibOf("MemTotal") - kibOf("MemAvailable")) / 1024;
  return [
    figureOf("boot", "Firmware to proxy listening", bootMs, 15, options),
    ...(options.plan.site.proxy.engine === "halfbridge" ? await proxyStartFigures(router, options) : []),
    {
      id: `${options.firmware.kind}/idle-memory`,
      title: `Router's idle memory, ${options.firmware.kind}`,
      value: Math.round(usedMiB),
      unit: "MiB",
      atMost: 96,
    },
  ];
}

/** Its start while the router starts, too, and one with all that it reads in memory. */
async function proxyStartFigures(router: Router, options: Pick<LabOptions, "firmware">): Promise<Figure[]> {
  const firstMs = await proxyStartMs(router);
  await restartProxy(router);
  const againMs = await proxyStartMs(router);
  return [
    figureOf("proxy-start", "Proxy's start to listening, first", firstMs, 2, options),
    figureOf("proxy-start-again", "Proxy's start to listening, again", againMs, 1, options),
  ];
}

export function figureOf(
  id: string,
  title: string,
  ms: number,
  atMost: number,
  { firmware }: Pick<LabOptions, "firmware">,
): Figure {
  return {
    id: `${firmware.kind}/${id}`,
    title: `${title}, ${firmware.kind}`,
    value: Math.round(ms / 100) / 10,
    unit: "s",
    atMost,
  };
}

export function listEvidence({ lanes, options }: Lab): Evidence[] {
  const where = options.firmware.kind;
  return [
    ...lanes.flatMap((lane, number) =>
      (["isp", "lan"] as const).flatMap((side) =>
        lane.pcaps(side).map((file, port) => ({
          title: `Link to the ${side === "isp" ? "ISP" : "LAN"}${port > 0 ? `, its port ${port + 1}` : ""}, router ${number}, ${where}`,
          file: basename(file),
        })),
      ),
    ),
    ...lanes.map((_, number) => ({
      title: `Serial console, router ${number}, ${where}`,
      file: `router-${number}-serial.log`,
    })),
  ];
}
