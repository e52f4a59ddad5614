/** Judges requests; both engines, the explicit listener and `why` ask it (the native engine by the same table). */
export interface Judge {
  /** The groups that a client is in, as bits; to be asked once a connection. */
  groupsOf(clientAddress: string): number;
  judge(question: Question): Verdict;
}

export interface Question {
  readonly groups: number;
  /** Upper case; undefined where it can't be seen (TLS). */
  readonly method: string | undefined;
  /** A name in lower case without a dot at its end, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query as sent, from `/` on; undefined or empty where it can't be seen (TLS, CONNECT). */
  readonly path: string | undefined;
}

export interface Verdict {
  readonly action: "allow" | "block";
  /** The rule that decided; undefined for the default. */
  readonly rule: string | undefined;
}
