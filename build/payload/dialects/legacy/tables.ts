import { hereDocument, type Script } from "../dialect.ts";

/** Chains of our own in a kernel table, and the places where its own chains call them. */
export interface Table {
  readonly name: string;
  readonly chains: Readonly<Record<string, readonly string[]>>;
  /** Rules in the table's own chains. `first` goes before those of others. */
  readonly hooks: readonly { readonly chain: string; readonly rule: string; readonly first?: true }[];
}

/** For ebtables-legacy-restore, which commits at each table's end. */
export function ebtablesScript(tables: readonly Table[]): Script {
  return restoreScript("ebtables-legacy-restore --noflush", tables, (chain) => `:${chain} RETURN`, []);
}

/** For iptables-legacy-restore and its IPv6 twin. All of a table comes into force at once, or none of it. */
export function iptablesScript(program: "iptables" | "ip6tables", tables: readonly Table[]): Script {
  const command = `${program}-legacy-restore --noflush --wait 5`;
  return restoreScript(command, tables, (chain) => `:${chain} - [0:0]`, ["COMMIT"]);
}

function restoreScript(
  command: string,
  tables: readonly Table[],
  declare: (chain: string) => string,
  end: readonly string[],
): Script {
  const used = tables.filter(({ chains, hooks }) => hooks.length > 0 || Object.keys(chains).length > 0);
  if (used.length === 0) return { start: [], stop: [] };
  const start = used.flatMap(({ name, chains, hooks }) => [
    `*${name}`,
    ...Object.keys(chains).map(declare),
    ...Object.entries(chains).flatMap(([chain, rules]) =>
      rules.map((rule) => (rule.startsWith("#") ? rule : `-A ${chain} ${rule}`)),
    ),
    ...hooks.map(({ chain, rule, first }) => (first ? `-I ${chain} 1 ${rule}` : `-A ${chain} ${rule}`)),
    ...end,
  ]);
  const stop = used.toReversed().flatMap(({ name, chains, hooks }) => [
    `*${name}`,
    ...hooks.toReversed().map(({ chain, rule }) => `-D ${chain} ${rule}`),
    ...Object.keys(chains).map((chain) => `-F ${chain}`),
    ...Object.keys(chains)
      .toReversed()
      .map((chain) => `-X ${chain}`),
    ...end,
  ]);
  return { start: [hereDocument(command, start)], stop: [hereDocument(command, stop)] };
}
