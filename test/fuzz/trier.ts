/** Tries inputs; has what it needs for that, such as a process, until its end. */
export interface Trier {
  tryAll(inputs: readonly Buffer[]): Promise<Tried[]>;
  end(): Promise<void>;
}

/** What became of an input. */
export interface Tried {
  readonly data: Buffer;
  /** It ran code that none before did, or came to something new. */
  readonly isNew: boolean;
  /** It ran code so often as none before. */
  readonly isOftener: boolean;
  readonly fault: string | undefined;
}
