/** Our rules in one kernel with fw4's. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conventions } from "../../../build/base/openwrt/tree.ts";
import { textOf } from "../../payload/setup-files.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { testUnless } from "../../test-unless.ts";
import { madeFor } from "./made.ts";

/** Not by name: npm packages have programs called nft as well, and npm puts those first. */
const nft = "/usr/sbin/nft";
const inNamespace = (script: string) =>
  spawnSync("unshare", ["--map-root-user", "--net", "sh", "-c", script], { encoding: "utf8" });
const sample = existsSync(nft)
  ? inNamespace(
      `${nft} 'add table inet sample { chain a { type filter hook prerouting priority raw; notrack; }; }'`,
    )
  : undefined;
const reason = sample === undefined ? `${nft} is missing` : (sample.error?.message ?? sample.stderr.trim());
const withNft = testUnless(reason === "" ? undefined : reason, "that fw4 leaves our tables alone");

/** As fw4 applies its rules (root/usr/share/firewall4/templates/ruleset.uc): its own table, flushed and filled. */
const reload =
  "printf 'table inet fw4\\nflush table inet fw4\\ntable inet fw4 { chain forward { type filter hook forward priority filter; policy accept; }; }\\n' | /usr/sbin/nft -f -";
/** `fw4 flush` (root/sbin/fw4) takes every table there is. */
const flush =
  "/usr/sbin/nft list tables | while read -r _ family table; do /usr/sbin/nft delete table $family $table; done";

withNft("fw4's start and reload leave our tables as they are; its flush is what takes them", async (t) => {
  const folder = await temporaryFolder(t);
  const { plan, payload } = await madeFor(t, "x86-64", { dialect: "nft", mode: "proxy-arp" });
  const rules = payload.configuration
    .filter(({ path }) => path.endsWith(".start"))
    .flatMap((entry) =>
      [...textOf(entry).matchAll(/^nft -f - << '?RULES'?\n([\s\S]*?)^RULES$/gm)].map(([, text = ""]) => text),
    )
    .filter((text) => text.startsWith("table inet"));
  const untracked = (await conventions(plan)).find(({ path }) => path.endsWith("/untracked.nft"));
  await writeFile(join(folder, "ours.nft"), [...rules, textOf(untracked)].join("\n"));
  const ours = `for table in $(${nft} list tables | awk '/halfbridge/ { print $3 }'); do ${nft} list table inet $table; done`;
  const { stdout, stderr } = inNamespace(
    `${nft} -f ${folder}/ours.nft; ${ours}; echo =; ${reload}; ${reload}; ${ours}; echo =; ${nft} list tables; ${flush}; ${ours}`,
  );
  t.is(stderr, "");
  const [before, after, flushed] = stdout.split("=\n");
  for (const what of ["table inet halfbridge-guard {", "table inet halfbridge-capture {", "notrack"])
    t.true(before?.includes(what), what);
  t.is(after, before);
  t.is(flushed?.replaceAll(/^table .*\n/gm, ""), "");
  t.regex(flushed ?? "", /table inet fw4/);
});
