/** What a lab run found out: the value behind report.json, report.html and junit.xml. */
export interface Report {
  readonly board: string;
  readonly site: string;
  readonly mode: string;
  readonly dialect: string;
  /** What else the site chose, in its reader's words: `IPv6`, `passed on, unfiltered`. */
  readonly facts: readonly Fact[];
  readonly planHash: string;
  readonly image: { readonly file: string; readonly sha256: string };
  /** What was exercised, and what was not, in sentences. */
  readonly proven: readonly string[];
  readonly notProven: readonly string[];
  /** Addresses as they were in the lab, for the picture of the topology. */
  readonly topology: Topology;
  readonly claims: readonly Claim[];
  readonly figures: readonly Figure[];
  readonly evidence: readonly Evidence[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Claim {
  /**
   * Unique in a report, kebab-case between slashes; the last part is the claim's name. A claim about
   * the site has the firmware in front (`bios/arp-reply`), one of the matrix its set-up
   * (`bridge-broute/nft/client-address`).
   */
  readonly id: string;
  readonly title: string;
  readonly firmware: "bios" | "uefi" | "u-boot";
  /** The set-up that the router was given for it; the site's own when absent. */
  readonly setup?: Setup;
  readonly status: Status;
  /** What was seen, in a sentence; for a failed claim what was expected instead. */
  readonly observed: string;
  /** The same with the thing switched off: `passed` when that made it fail, as it must. */
  readonly control: { readonly title: string; readonly status: Status; readonly observed: string };
  readonly ms: number;
}

/** A column of the matrix: one way in which the router can be set up, whatever the site chose. */
export interface Setup {
  /** As people call it: `bridge-broute`, `half-bridge, arp: bridge`. */
  readonly mode: string;
  /** `legacy` or `nft`; `both` for a claim about the mode in one dialect against the other. */
  readonly dialect: string;
}

export type Status = "passed" | "failed" | "skipped";

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly value: number;
  readonly unit: "s" | "MiB" | "MB" | "count";
  /** The number it is held against, if there is one: value must be at most this. */
  readonly atMost?: number;
}

export interface Topology {
  readonly ispRouter: string;
  readonly router: string;
  readonly lanPrefix: string;
  readonly ports: { readonly isp: string; readonly lan: string };
  readonly clients: readonly Host[];
  readonly origins: readonly Host[];
  /** The same network's IPv6 side, where it has one. */
  readonly ipv6?: { readonly lanPrefix: string; readonly router: string; readonly ispRouter: string };
}

export interface Host {
  readonly name: string;
  readonly address: string;
  readonly address6?: string;
}

/** A file beside the report: a pcap, a serial log. `file` is relative to the report. */
export interface Evidence {
  readonly title: string;
  readonly file: string;
}
