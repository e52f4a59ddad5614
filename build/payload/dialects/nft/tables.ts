import { hereDocument, sides, type Counted, type Script } from "../dialect.ts";

/** A table of our own, with all that is in it; it goes as it came, in one piece. */
export interface Table {
  readonly family: "inet" | "bridge";
  readonly name: string;
  readonly counters: readonly Counted[];
  /** By name; the rules of each, one a line. The first line of a base chain says where it is called. */
  readonly chains: Readonly<Record<string, readonly string[]>>;
  /** Whether the shell fills something in. */
  readonly open?: true;
}

/** nft applies a file as one transaction. A table that is there already is replaced. */
export function nftScript({ family, name, counters, chains, open }: Table): Script {
  const used = Object.entries(chains);
  if (used.length === 0) return { start: [], stop: [] };
  const text = [
    `table ${family} ${name} {`,
    ...counters.flatMap((what) => sides.map((side) => `\tcounter ${what}_${side} { }`)),
    ...used.flatMap(([chain, rules]) => [
      "",
      `\tchain ${chain} {`,
      ...rules.map((rule) => `\t\t${rule}`),
      "\t}",
    ]),
    "}",
  ];
  return {
    start: [
      hereDocument("nft -f -", [`table ${family} ${name}`, `delete table ${family} ${name}`, ...text], !open),
    ],
    stop: [`nft delete table ${family} ${name}`],
  };
}

/** `{ 80, 443 }`, or the one value itself. */
export const oneOf = (values: readonly (string | number)[]): string =>
  values.length === 1 ? String(values[0]) : `{ ${values.join(", ")} }`;
