import type { Figure, Sample } from "./figures.ts";

/** What is to be measured; handed to the process in the namespaces as JSON. */
export interface Job {
  /** What build-programs.ts has built; all else is done in its `run`. */
  readonly folder: string;
  /** Ids, in the order of measuring. */
  readonly peers: readonly string[];
  /** None: it is only checked that each row filters. */
  readonly figures: readonly Figure[];
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  /** Shows what a row does instead of measuring it. */
  readonly profile?: string;
}

/** What came of it. */
export interface Outcome {
  readonly samples: readonly Sample[];
  /** Rows, or figures of a row, that there are no samples of, with the reason. */
  readonly leftOut: readonly { readonly peer: string; readonly why: string }[];
  /** What a reader of the figures should know. */
  readonly remarks: readonly string[];
}
