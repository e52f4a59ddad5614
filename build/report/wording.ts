/** How the report says things, the same on the console and in the browser. */
import { bothDialects, countSetups } from "./matrix.ts";
import type { Claim, Figure, Report, Setup, Status } from "./report.ts";
import { reportVerdict, tallyClaims } from "./verdict.ts";

export const marks: Readonly<Record<Status, string>> = { passed: "✓", failed: "✗", skipped: "–" };

export const firmwareNames: Readonly<Record<Claim["firmware"], string>> = {
  bios: "BIOS",
  uefi: "UEFI",
  "u-boot": "U-Boot",
};

/** What a control's status means: it is confirmed when switching the thing off made the claim fail. */
export const controlWords: Readonly<Record<Status, string>> = {
  passed: "confirmed",
  failed: "not confirmed, so the claim proves nothing",
  skipped: "not tried",
};

/** `bridge-broute · nft`, and `bridge-broute · both dialects`. */
export function nameSetup({ mode, dialect }: Setup): string {
  return `${mode} · ${dialect === bothDialects ? "both dialects" : dialect}`;
}

/** Where a claim was tried: under which firmware, or in which set-up. */
export function nameRun({ firmware, setup }: Claim): string {
  return setup === undefined ? firmwareNames[firmware] : nameSetup(setup);
}

/** Why a claim doesn't hold, a line each: what was seen, and the control where that is at fault. */
export function explain({ status, observed, control }: Claim): string[] {
  const claim = status === "passed" ? [] : [observed];
  return control.status === "failed"
    ? [...claim, `control ${control.title}: ${controlWords.failed}: ${control.observed}`]
    : claim;
}

/** The verdict as a sentence: `All 16 claims hold`, `All 286 claims in 12 set-ups hold`. */
export function headline(report: Report): string {
  const { passed, failed, skipped } = tallyClaims(report.claims);
  const total = passed + failed + skipped;
  const notTried = skipped === 0 ? "" : `, ${skipped} not tried`;
  const setups = countSetups(report, report.claims);
  const claims = setups > 1 ? `claims in ${setups} set-ups` : "claims";
  const verdict = reportVerdict(report);
  if (verdict === "skipped") return "Nothing was proven";
  if (verdict === "failed")
    return `${failed} of ${total} ${claims} ${failed === 1 ? "fails" : "fail"}${notTried}`;
  if (total === 1) return "The one claim holds";
  return skipped === 0 ? `All ${total} ${claims} hold` : `${passed} of ${total} ${claims} hold${notTried}`;
}

/** `0.4 s`, `12.1 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `12.1 s`, `43 MB`, and a bare number for a count. */
export function formatQuantity(value: number, unit: Figure["unit"]): string {
  const number = value.toLocaleString("en", { maximumFractionDigits: 1 });
  return unit === "count" ? number : `${number} ${unit}`;
}

/** Whether a figure keeps its limit; one without a limit does. */
export function isWithinLimit({ value, atMost }: Figure): boolean {
  return atMost === undefined || value <= atMost;
}
