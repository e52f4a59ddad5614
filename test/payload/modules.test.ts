import test from "ava";
import { dialects, kinds, planOf } from "../setups.ts";
import { modulesFor } from "../../build/payload/modules.ts";
import { setupOf } from "./setup-files.ts";

const modulesOf = (changes: Parameters<typeof setupOf>[0]): string[] =>
  (setupOf(changes).get("modules") ?? "").trimEnd().split("\n");

const all = Object.values(kinds).flatMap((kind) =>
  dialects.flatMap((dialect) => modulesOf({ ...kind, dialect })),
);

test("every module that a set-up loads is on board, and all that is on board for set-ups is loaded by some", (t) => {
  const onBoard = planOf({}).kernel.modules.network.filter((name) => name !== "br_netfilter");
  t.deepEqual([...new Set(all)].sort(), [...new Set(onBoard)].sort());
});

test("a set-up loads what its own rules say, and nothing of the other dialect", (t) => {
  const site = { mode: "half-bridge", ipv6: { handling: "block" }, ispMtu: 1500 } as const;
  const legacy = modulesOf({ ...site, dialect: "legacy" });
  t.true(legacy.includes("ebt_arpreply") && legacy.includes("xt_TPROXY"));
  t.false(legacy.some((name) => name.startsWith("nft") || name.startsWith("ip6") || name === "xt_TCPMSS"));
  const nft = modulesOf({ ...site, dialect: "nft" });
  t.true(nft.includes("nft_tproxy"));
  t.false(nft.some((name) => name.startsWith("ebt") || name.startsWith("xt_")));
});

test("a word counts only in its own program's commands", (t) => {
  t.deepEqual(modulesFor(["echo -j TPROXY", "nft -f - << 'RULES'\ntable inet x\n# -j TPROXY\nRULES"]), [
    "nf_tables",
  ]);
});
