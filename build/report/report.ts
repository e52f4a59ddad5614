/** What a lab run found out: the value behind report.json, report.html and junit.xml. */
export interface Report {
  readonly board: string;
  readonly site: string;
  readonly mode: string;
  readonly dialect: string;
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

export interface Claim {
  /** Kebab-case, unique in a report, with the firmware in front: `bios/arp-reply`. */
  readonly id: string;
  readonly title: string;
  readonly firmware: "bios" | "uefi";
  readonly status: Status;
  /** What was seen, in a sentence; for a failed claim what was expected instead. */
  readonly observed: string;
  /** The same with the thing switched off: `passed` when that made it fail, as it must. */
  readonly control: { readonly title: string; readonly status: Status; readonly observed: string };
  readonly ms: number;
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
  readonly clients: readonly { readonly name: string; readonly address: string }[];
  readonly origins: readonly { readonly name: string; readonly address: string }[];
}

/** A file beside the report: a pcap, a serial log. `file` is relative to the report. */
export interface Evidence {
  readonly title: string;
  readonly file: string;
}
