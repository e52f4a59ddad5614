/**
 * What a printed script adds to the kernel or takes from it, read off its text line by line: `add` and `remove`
 * of the same thing have the same words. Throws for a line that it doesn't know.
 */
export interface Effect {
  readonly does: "add" | "remove";
  readonly what: string;
}

const add = (what: string): Effect[] => [{ does: "add", what }];
const remove = (what: string): Effect[] => [{ does: "remove", what }];

export function effectsOf(script: string): Effect[] {
  const lines = script.trimEnd().split("\n");
  const effects: Effect[] = [];
  while (lines.length > 0) {
    const line = (lines.shift() ?? "").replace(/ \|\| failed=1$/, "");
    const document = /^(.*) << '?(RULES|BATCH)'?$/.exec(line);
    if (document === null) effects.push(...ofCommand(line));
    else {
      const [, command = "", end = ""] = document;
      const text = lines.splice(0, lines.indexOf(end) + 1).slice(0, -1);
      effects.push(...ofDocument(command, text));
    }
  }
  return effects;
}

function ofCommand(line: string): Effect[] {
  if (/^(#!\/bin\/sh|set -e|failed=0|exit \$failed)$/.test(line)) return [];
  if (line === "/usr/lib/halfbridge/settings set") return add("settings");
  if (line === "/usr/lib/halfbridge/settings restore") return remove("settings");
  const table = /^nft delete table (.*)$/.exec(line);
  if (table !== null) return remove(`nft table ${table[1]}`);
  const filter = /^tc filter (add|del) (dev \S+ ingress) (?:protocol \S+ )?(pref \d+)/.exec(line);
  if (filter !== null) return [changed(filter[1], `tc filter ${filter[2]} ${filter[3]}`)];
  const hook = /(?:^|\|\| )tc qdisc (add|del) dev (\S+) clsact/.exec(line);
  if (hook !== null) return [changed(hook[1], `tc qdisc ${hook[2]}`)];
  const ip = /^(?:\[ ! -e \S+ \] \|\| )?(ip .*)$/.exec(line)?.[1];
  if (ip !== undefined) return ofIp(ip);
  throw new Error(`no known command: ${line}`);
}

function ofIp(line: string): Effect[] {
  const [, family = "", rest = ""] = /^ip (-6 )?(.*)$/.exec(line) ?? [];
  const object =
    /^(rule|route|address|neighbour|link) (add|del) (.*?)(?: nodad| type (?:bridge|veth) .*)?$/.exec(rest);
  if (object !== null) return [changed(object[2], `ip ${family}${object[1]} ${object[3]}`)];
  const state = /^link set (\S+) (up|down)$/.exec(rest);
  if (state !== null) return [changed(state[2] === "up" ? "add" : "del", `ip link ${state[1]} up`)];
  const joined = /^link set (\S+) master \S+ up$/.exec(rest);
  if (joined !== null) return [...add(`ip link ${joined[1]} master`), ...add(`ip link ${joined[1]} up`)];
  const property = /^link set (\S+) (master|address|arp) (.*)$/.exec(rest);
  if (property !== null) return add(`ip link ${property[1]} ${property[2]}`);
  throw new Error(`no known use of ip: ${line}`);
}

const changed = (verb: string | undefined, what: string): Effect => ({
  does: verb === "add" ? "add" : "remove",
  what,
});

function ofDocument(command: string, text: readonly string[]): Effect[] {
  if (command.startsWith("ip ")) return text.flatMap((line) => ofIp(`ip ${line}`));
  if (command === "nft -f -") {
    return text.flatMap((line) => {
      const table = /^table (\S+ \S+) \{$/.exec(line);
      return table === null ? [] : add(`nft table ${table[1]}`);
    });
  }
  const [program = ""] = command.split(" ");
  if (!program.endsWith("-legacy-restore")) throw new Error(`no known program: ${command}`);
  return ofRestore(program.replace("-legacy-restore", ""), text);
}

/** Chains, and rules in chains of others: rules in our own chains come and go with these. */
function ofRestore(program: string, text: readonly string[]): Effect[] {
  let place = "";
  return text.flatMap((line) => {
    if (line === "COMMIT" || line.startsWith("#") || /^-[AF] halfbridge-/.test(line)) return [];
    if (line.startsWith("*")) {
      place = `${program} ${line.slice(1)}`;
      return [];
    }
    const chain = /^(?::|-X )(\S+)/.exec(line);
    if (chain !== null) return [changed(line.startsWith(":") ? "add" : "del", `${place} chain ${chain[1]}`)];
    const hook = /^-(A|I|D) (\S+)(?: 1(?= ))? (.*)$/.exec(line);
    if (hook !== null) return [changed(hook[1] === "D" ? "del" : "add", `${place} ${hook[2]}: ${hook[3]}`)];
    throw new Error(`no known line of ${program}: ${line}`);
  });
}
