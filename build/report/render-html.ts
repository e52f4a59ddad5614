import { distinctSayings, groupClaims, type ClaimGroup, type Saying } from "./groups.ts";
import { siteClaims } from "./matrix.ts";
import type { Claim, Figure, Report, Status } from "./report.ts";
import { readTemplate, renderReportTemplate } from "./templates.ts";
import { drawTopology, listPrefixes, listStations } from "./topology-picture.ts";
import { claimVerdict, reportVerdict } from "./verdict.ts";
import {
  controlWords,
  firmwareNames,
  formatDuration,
  formatQuantity,
  headline,
  isWithinLimit,
  marks,
} from "./wording.ts";
import { viewMatrix } from "./view-matrix.ts";

/** The report as one self-contained HTML file: no script, nothing loaded from elsewhere but its links. */
export function renderHtml(report: Report): string {
  const totalMs = report.claims.reduce((sum, { ms }) => sum + ms, 0);
  const view = {
    ...report,
    style: readTemplate("style.css"),
    matrixStyle: readTemplate("matrix.css"),
    verdict: viewStatus(reportVerdict(report)),
    headline: headline(report),
    firmwares: [...new Set(report.claims.map(({ firmware }) => firmwareNames[firmware]))].join(" and "),
    duration: formatDuration(totalMs),
    overLimit: report.figures.flatMap((figure) => (isWithinLimit(figure) ? [] : [figure.title])).join("; "),
    picture: drawTopology(report.topology),
    prefixes: listPrefixes(report.topology),
    stations: listStations(report.topology).map((station) => ({
      ...station,
      plugs: station.kind === "router" ? [report.topology.ports.isp, report.topology.ports.lan] : [],
    })),
    claims: groupClaims(siteClaims(report.claims)).map(viewClaim),
    matrix: viewMatrix(report.claims),
    figures: report.figures.map(viewFigure),
  };
  return renderReportTemplate("report.html", view, ["topology.svg", "matrix.html"]);
}

function viewStatus(status: Status): { status: Status; mark: string } {
  return { status, mark: marks[status] };
}

function viewClaim({ name, title, verdict, runs }: ClaimGroup): object {
  return {
    name,
    title,
    verdict: viewStatus(verdict),
    runs: runs.map((run) => ({
      ...viewStatus(claimVerdict(run)),
      firmware: firmwareNames[run.firmware],
      duration: run.status === "skipped" ? "" : formatDuration(run.ms),
    })),
    observed: distinctSayings(runs, ({ observed }) => observed).map((saying) => ({
      firmwares: nameFirmwares(saying),
      text: saying.said,
    })),
    controls: distinctSayings(runs, ({ control }) => control).map((saying) => ({
      ...viewStatus(saying.said.status),
      firmwares: nameFirmwares(saying),
      title: saying.said.title,
      word: controlWords[saying.said.status],
      observed: saying.said.observed,
    })),
  };
}

function nameFirmwares({ firmwares }: Saying<unknown>): string {
  return firmwares.map((firmware: Claim["firmware"]) => firmwareNames[firmware]).join(", ");
}

/** A bar shows the share of the limit; one that is over it is drawn to its own length, the limit marked. */
function viewFigure(figure: Figure): object {
  const { title, value, unit, atMost } = figure;
  const quantity = formatQuantity(value, unit);
  if (atMost === undefined) return { title, quantity, bar: null };
  const full = Math.max(value, atMost, Number.MIN_VALUE);
  const percent = (part: number) => Math.round((part / full) * 1000) / 10;
  return {
    title,
    quantity,
    bar: {
      limit: formatQuantity(atMost, unit),
      status: isWithinLimit(figure) ? "passed" : "failed",
      valuePercent: percent(value),
      limitPercent: percent(atMost),
      over: isWithinLimit(figure) ? "" : formatQuantity(value - atMost, unit),
    },
  };
}
