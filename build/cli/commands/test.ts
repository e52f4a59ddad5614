import { join, relative } from "node:path";
import type { Command } from "commander";
import { note, step } from "../../core/progress.ts";
import type { Published } from "../../image/publish-image.ts";
import { makePlan } from "../../plan/plan.ts";
import { formatSummary } from "../../report/format-summary.ts";
import type { Claim, Report } from "../../report/report.ts";
import { claimVerdict, reportVerdict } from "../../report/verdict.ts";
import { writeReport } from "../../report/write-report.ts";
import { lanesFor, workOnAll, type Phase } from "../all-boards.ts";
import { buildOnBase, onBase, requireFitting, takesBase, type BuildFlags } from "../base.ts";
import {
  readAllInputs,
  readInputs,
  takesAll,
  takesInputs,
  readForBase,
  type InputOptions,
} from "../inputs.ts";
import { buildOpenwrt, isForOpenwrt, withEnvironment, type OpenwrtFlags } from "../build-openwrt.ts";
import { proveOpenwrtBoard, startableImages } from "../prove-openwrt-board.ts";
import { openwrtExport } from "../../base/openwrt/export.ts";
import { makeReport } from "../make-report.ts";
import type { LabRun } from "../report-runs.ts";
import {
  chooseFirmwares,
  labFor,
  openLab,
  requireConsole,
  takesLabOptions,
  type FirmwareKind,
  type LabFlags,
} from "../lab-inputs.ts";
import {
  partOf,
  requirePromise,
  takesMatrixOptions,
  wantsMatrix,
  wantsMatrixAlone,
  type MatrixFlags,
} from "../matrix-part.ts";
import { buildPhase, tellOutcomes } from "./build.ts";
import { acceleratorFor } from "../../../qemu/machine-kinds.ts";
import { proveMatrix } from "../../../qemu/matrix/prove-matrix.ts";
import { proveImage, type Proof } from "../../../qemu/prove.ts";

interface TestFlags extends InputOptions, BuildFlags, OpenwrtFlags, LabFlags, MatrixFlags {
  readonly json?: true;
}

/** `halfbridge test` */
export function addTest(program: Command): void {
  takesMatrixOptions(takesLabOptions(takesBase(takesAll(takesInputs(program.command("test"))))))
    .description("boot the image between a virtual ISP and a virtual LAN, and prove what the site says")
    .option("--fast", "prove an image that was compressed quickly")
    .option("--json", "the report, or what became of all boards, as JSON")
    .option("--imagebuilder <path>", "prove the images that an OpenWrt ImageBuilder makes")
    .option("--openwrt-source <folder>", "prove the images that a checkout of OpenWrt makes")
    .action(async (boardName: string, flags: TestFlags, command: Command) => {
      const options = await withEnvironment(boardName, flags);
      if (isForOpenwrt(options)) {
        requireFitting(options, command, "openwrt");
        return proveOpenwrtImages(boardName, options);
      }
      if (!options.all) {
        requireFitting(options, command, onBase((await readInputs(boardName, options)).board, options).base);
        return tellProof(await proveBoard(boardName, options), options);
      }
      const { boards, site } = await readAllInputs(options, command);
      requireConsole(site, options.site);
      const outcomes = await workOnAll(boards, [buildPhase(options), provePhase(options)]);
      tellOutcomes(outcomes, options);
    });
}

/** Proves each board once all are built: what the lab measures is to have the machine for itself. */
function provePhase(options: TestFlags): Phase {
  return {
    lanes: lanesFor({ cores: 4, memoryMiB: 4096 }),
    async work(boardName) {
      const { report } = await proveBoard(boardName, options);
      return { verdict: reportVerdict(report) === "passed" ? "passed" : "failed" };
    },
  };
}

interface ProvenBoard {
  readonly published: Published;
  readonly report: Report;
}

/** Builds a board's image, if it isn't there yet, proves it and writes the report. */
async function proveBoard(boardName: string, options: TestFlags): Promise<ProvenBoard> {
  const { board: profile, ...loaded } = await readInputs(boardName, options);
  const board = onBase(profile, options);
  requireConsole(loaded.site, options.site);
  requirePromise(makePlan(board, loaded.site, loaded.files), options);
  const firmwares = chooseFirmwares(options.firmware, board);
  const published = await buildOnBase(board, loaded, options);
  const lab = await openLab(options);
  const accelerator = acceleratorFor(board.arch, lab.accelerator);
  const runs: LabRun[] = [];
  const run = async (title: string, where: string, firmware: FirmwareKind, prove: () => Promise<Proof>) => {
    const proof = await step(`${title}, started by ${firmware} (${accelerator})`, prove);
    runs.push({ where, firmware, proof });
  };
  for (const firmware of wantsMatrixAlone(options) ? [] : firmwares) {
    await run("Prove it in the lab", firmware, firmware, async () =>
      proveImage(await labFor(published, firmware, firmware, lab), tellClaim),
    );
  }
  if (wantsMatrix(options)) {
    const [firmware = "bios"] = firmwares;
    await run("Prove every mode", "matrix", firmware, async () =>
      proveMatrix(await labFor(published, firmware, "matrix", lab), partOf(options), tellClaim),
    );
  }
  const report = makeReport(published, runs, accelerator);
  await writeReport(report, published.directory);
  return { published, report };
}

function tellClaim(claim: Claim): void {
  const where = claim.setup === undefined ? "" : `${claim.setup.mode} · ${claim.setup.dialect}: `;
  note(`  ${claimVerdict(claim) === "passed" ? "✓" : "✗"} ${where}${claim.title}`);
  if (claimVerdict(claim) !== "passed") note(`    ${claim.observed}\n    control: ${claim.control.observed}`);
}

/** Builds OpenWrt's images with the payload in them, and proves those that the lab can start. */
async function proveOpenwrtImages(boardName: string, options: TestFlags): Promise<void> {
  const { board, site, files } = await readForBase(openwrtExport, boardName, options);
  requireConsole(site, options.site);
  requirePromise(makePlan(board, site, files), options);
  startableImages(board, options.firmware); // before hours are spent on building
  const report = await proveOpenwrtBoard(await buildOpenwrt(boardName, options), options, tellClaim);
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatSummary(report));
  if (reportVerdict(report) !== "passed") process.exitCode = 1;
}

function tellProof({ published, report }: ProvenBoard, { json }: TestFlags): void {
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatSummary(report));
  note(`\nImage:  ${relative(process.cwd(), published.image)}`);
  note(`Report: ${relative(process.cwd(), join(published.directory, "report.html"))}`);
  if (reportVerdict(report) !== "passed") process.exitCode = 1;
}
