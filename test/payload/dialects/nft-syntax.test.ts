/** nft itself reads what is printed for it, as far as the host's kernel knows it: tables of the IP layer, not the bridge's. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Site } from "../../../build/config/site.ts";
import { kinds } from "../../setups.ts";
import { testUnless } from "../../test-unless.ts";
import { setupOf } from "../setup-files.ts";

/** Not by name: npm packages have programs called nft as well, and npm puts those first. */
const nft = "/usr/sbin/nft";
const check = (text: string) =>
  spawnSync("unshare", ["--map-root-user", "--net", nft, "--check", "--file", "-"], {
    input: text,
    encoding: "utf8",
  });

const sample =
  "table inet sample {\n\tchain take {\n\t\tmeta l4proto tcp socket transparent 1 tproxy ip to :1 accept\n\t}\n}\n";
const reason = existsSync(nft)
  ? (check(sample).error?.message ?? check(sample).stderr.trim())
  : `${nft} is missing`;
const withNft = testUnless(
  reason === "" ? undefined : reason,
  "that nft reads the rules that are printed for it",
);

const variants: Readonly<Record<string, Partial<Site>>> = {
  "": {},
  ", open, one port": { failMode: "open", capture: [{ port: 80, carries: "http" }] },
  ", IPv6 blocked": { ipv6: { handling: "block" } },
  ", clients not captured": { transparency: { client: false, server: true } },
};

for (const [name, kind] of Object.entries(kinds)) {
  for (const [variant, changes] of Object.entries(variants)) {
    withNft(`${name}${variant}: nft reads the tables of the IP layer`, (t) => {
      const tables = [...setupOf({ ...kind, ...changes, dialect: "nft" })]
        .filter(([file]) => file.endsWith(".start"))
        .flatMap(([, text]) => [...text.matchAll(/^nft -f - << '?RULES'?\n([\s\S]*?)^RULES$/gm)])
        .map(([, rules = ""]) => rules)
        .filter((rules) => rules.startsWith("table inet"));
      t.is(tables.length, 3); // guard, network, capture
      for (const rules of tables) t.like(check(rules), { status: 0, stderr: "" }, rules);
    });
  }
}

withNft("nft refuses a rule that nobody could have meant", (t) => {
  t.not(check(sample.replace("transparent", "opaque")).status, 0);
});
