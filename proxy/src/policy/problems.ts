/** What is wrong with a list. */
export interface Problem {
  /** A file of the router, or where the list's entries are in the configuration. */
  readonly where: string;
  /** From 1; undefined for the whole. */
  readonly line: number | undefined;
  readonly fact: string;
}

/** The first problems of a policy; of the others only the number is kept. */
export class Problems {
  static readonly kept = 50;
  readonly first: Problem[] = [];
  more = 0;

  add(problem: Problem): void {
    if (this.first.length < Problems.kept) this.first.push(problem);
    else this.more++;
  }
}
