import type { Claim, Report } from "./report.ts";
import { renderReportTemplate } from "./templates.ts";
import { claimVerdict, tallyClaims } from "./verdict.ts";
import { controlWords, nameRun } from "./wording.ts";

/**
 * The report as JUnit XML (https://github.com/testmoapp/junitxml): a suite per firmware and
 * per set-up, a case per claim. A claim whose control failed is a failure.
 */
export function renderJunit(report: Report): string {
  const suites = [...Map.groupBy(report.claims, nameRun)].map(([run, claims]) => ({
    name: `${report.board} ${run}`,
    ...counts(claims),
    cases: claims.map((claim) => viewCase(report.board, claim)),
  }));
  const view = { name: `halfbridge ${report.board} ${report.site}`, ...counts(report.claims), suites };
  return renderReportTemplate("junit.xml", view);
}

function counts(claims: readonly Claim[]): {
  tests: number;
  failed: number;
  skipped: number;
  seconds: string;
} {
  const { failed, skipped } = tallyClaims(claims);
  const ms = claims.reduce((sum, claim) => sum + claim.ms, 0);
  return { tests: claims.length, failed, skipped, seconds: seconds(ms) };
}

function viewCase(board: string, claim: Claim): object {
  const { id, title, status, observed, control, ms } = claim;
  const verdict = claimVerdict(claim);
  return {
    className: `${board}.${id.replaceAll("/", ".")}`,
    title: `${title} (${nameRun(claim)})`,
    seconds: seconds(ms),
    failed: verdict === "failed",
    skipped: verdict === "skipped",
    message: legal(
      status === "passed" ? `control ${control.title}: ${controlWords[control.status]}` : observed,
    ),
    observed: legal(observed),
    control: legal(`${control.title}: ${controlWords[control.status]}: ${control.observed}`),
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Without the characters that XML 1.0 has no way to write; a console log may hold some. */
function legal(text: string): string {
  return text.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "�");
}
