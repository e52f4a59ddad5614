import { join, relative } from "node:path";
import { Option, type Command } from "commander";
import { note, step } from "../../core/progress.ts";
import { buildImage } from "../../flow.ts";
import { formatSummary } from "../../report/format-summary.ts";
import { claimVerdict, reportVerdict } from "../../report/verdict.ts";
import { writeReport } from "../../report/write-report.ts";
import { readInputs, takesInputs } from "../inputs.ts";
import { makeReport } from "../make-report.ts";
import { openLab, requireConsole, takesLabOptions, type LabFlags } from "../lab-inputs.ts";
import { buildOptions, type BuildFlags } from "./build.ts";
import { proveImage, type Proof } from "../../../qemu/prove.ts";

type Firmware = "bios" | "uefi";

interface TestFlags extends BuildFlags, LabFlags {
  readonly firmware: Firmware | "both";
  readonly json?: true;
}

/** `halfbridge test` */
export function addTest(program: Command): void {
  takesLabOptions(takesInputs(program.command("test")))
    .description("boot the image between a virtual ISP and a virtual LAN, and prove what the site says")
    .addOption(
      new Option("--firmware <kind>", "what starts the machine")
        .choices(["bios", "uefi", "both"])
        .default("both"),
    )
    .option("--fast", "prove an image that was compressed quickly")
    .option("--json", "the report, as JSON")
    .action(async (boardName: string, options: TestFlags) => {
      const { board, site } = await readInputs(boardName, options);
      requireConsole(site, options.site);
      const published = await buildImage(board, site, buildOptions(options));
      const lab = await openLab(options);
      const firmwares: Firmware[] = options.firmware === "both" ? ["bios", "uefi"] : [options.firmware];
      const proofs = new Map<Firmware, Proof>();
      for (const firmware of firmwares) {
        const proof = await step(
          `Prove it in the lab, started by ${firmware} (${lab.accelerator.kind})`,
          () =>
            proveImage(
              {
                plan: published.plan,
                imageFile: published.image,
                firmware,
                ...lab,
                runDirectory: join(published.directory, "lab", firmware),
                memoryMiB: board.memoryMiB,
              },
              (claim) => note(`  ${claimVerdict(claim) === "passed" ? "✓" : "✗"} ${claim.title}`),
            ),
        );
        proofs.set(firmware, proof);
      }
      const report = makeReport(published, proofs, lab.accelerator.kind);
      await writeReport(report, published.directory);
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatSummary(report));
      note(`\nImage:  ${relative(process.cwd(), published.image)}`);
      note(`Report: ${relative(process.cwd(), join(published.directory, "report.html"))}`);
      if (reportVerdict(report) !== "passed") process.exitCode = 1;
    });
}
