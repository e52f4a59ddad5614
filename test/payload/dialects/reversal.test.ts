import test from "ava";
import type { Site } from "../../../build/config/site.ts";
import { board, dialects, kinds, richSite, twoLanPorts } from "../../setups.ts";
import { scriptNames, setupOf } from "../setup-files.ts";
import { effectsOf } from "./effects.ts";

/** What goes with a link that goes: ports of a bridge, its MAC, neighbours that are answered for, and routes. */
const goesByItself = /^ip (link \S+ (master|address|arp)|neighbour proxy|route (default|\S+) (via|dev) )/;

const { metricsPort: _, ...withoutMetrics } = richSite.proxy;

/** Switches, IPv6 and MTU leave rules out: what remains has to go as well. */
const variants: Readonly<Record<string, Partial<Site>>> = {
  "": {},
  ", IPv6 blocked": { ipv6: { handling: "block" }, ispMtu: 1500 },
  ", IPv6 bridged": { ipv6: { handling: "bridge" } },
  ", clients not captured": { transparency: { client: false, server: true } },
  ", without metrics": { proxy: withoutMetrics },
  ", nobody captured": { transparency: { client: false, server: false }, failMode: "open" },
};

const setups = Object.entries(kinds).flatMap(([name, kind]) =>
  Object.entries(variants).flatMap(([variant, changes]) => [
    { name: name + variant, changes: { ...kind, ...changes }, of: board },
    { name: `${name}${variant}, two ports of the LAN`, changes: { ...kind, ...changes }, of: twoLanPorts },
  ]),
);
for (const { name, changes, of } of setups) {
  if (changes.mode === "proxy-arp" && changes.ipv6?.handling === "bridge") continue; // is refused
  for (const dialect of dialects) {
    test(`${name} in ${dialect}: stop takes away what start added, in reverse`, (t) => {
      const files = setupOf({ ...changes, dialect }, of);
      for (const script of scriptNames) {
        const started = effectsOf(files.get(`${script}.start`) ?? "");
        const stopped = effectsOf(files.get(`${script}.stop`) ?? "");
        t.true(started.every(({ does }) => does === "add"));
        t.true(stopped.every(({ does }) => does === "remove"));
        t.deepEqual(
          stopped.map(({ what }) => what),
          started
            .map(({ what }) => what)
            .filter((what) => !goesByItself.test(what))
            .toReversed(),
          script,
        );
      }
      t.true(effectsOf(files.get("guard.start") ?? "").length > 0);
    });
  }
}

test("every chain is emptied before any is removed: they call each other", (t) => {
  const tables = Object.values(kinds)
    .flatMap((kind) => [...setupOf(kind)])
    .filter(([file]) => file.endsWith(".stop"))
    .flatMap(([, text]) => text.split(/^\*/m).slice(1));
  t.true(tables.length > 20);
  for (const table of tables) {
    const chains = (verb: string): Set<string> =>
      new Set(
        [...table.matchAll(/^-(F|X) (\S+)$/gm)].flatMap(([, is, name = ""]) => (is === verb ? name : [])),
      );
    t.is(chains("F").difference(chains("X")).size, 0);
    t.is(chains("X").difference(chains("F")).size, 0);
    t.true(table.lastIndexOf("\n-F ") < table.indexOf("\n-X "));
  }
});

test("what isn't there any more doesn't keep a stop script from going on, and is told by its exit code", (t) => {
  for (const dialect of dialects) {
    for (const [file, text] of setupOf({ mode: "bridge-broute", dialect })) {
      if (file.endsWith(".start")) t.regex(text, /^#!\/bin\/sh\nset -e\n/, file);
      if (!file.endsWith(".stop")) continue;
      t.regex(text, /^#!\/bin\/sh\nfailed=0\n/, file);
      t.regex(text, /\nexit \$failed\n$/, file);
      t.notRegex(text, /^set -e$/m, file);
      const commands = text.split("\n").filter((line) => /^(ip|ip6|nft|tc|ebtables|iptables|\/)/.test(line));
      t.true(commands.length > 0);
      for (const command of commands.filter((line) => !/^(address|link) /.test(line)))
        t.regex(command, / \|\| failed=1$/, file);
    }
  }
});
