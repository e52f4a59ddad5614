/** What is printed for every kind of set-up, as a reviewer reads it: `npm run goldens` refreshes it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { readSite, type Site } from "../../../build/config/site.ts";
import { assertGolden } from "../../golden.ts";
import { dialects, kinds, richSite, twoLanPorts } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { scriptNames, setupOf } from "../setup-files.ts";

/** Each in both dialects. Little is left of a full bridge that captures nobody and blocks IPv6. */
const goldens: Readonly<Record<string, Partial<Site>>> = {
  ...kinds,
  "bridge-broute-captures-nothing": {
    mode: "bridge-broute",
    failMode: "open",
    transparency: { client: false, server: false },
    ipv6: { handling: "block" },
    ispMtu: 1500,
  },
};

for (const [name, changes] of Object.entries(goldens)) {
  for (const dialect of dialects) {
    test(`${name} in ${dialect} is printed as it was reviewed`, async (t) => {
      const files = setupOf({ ...changes, dialect });
      const shown = [
        ...scriptNames.flatMap((script) => [`${script}.start`, `${script}.stop`]),
        ...(files.has("ndppd.conf") ? ["ndppd.conf"] : []),
      ];
      const text = shown.map((file) => `── ${file}\n${files.get(file) ?? ""}`).join("\n");
      await assertGolden(t, `setups/${name}-${dialect}.txt`, text);
    });
  }
}

for (const [name, changes] of Object.entries(kinds)) {
  test(`${name} wants of the kernel what was reviewed`, async (t) => {
    await assertGolden(t, `setups/${name}-settings.txt`, setupOf(changes).get("settings") ?? "");
  });
}

for (const [name, changes] of Object.entries(kinds)) {
  for (const dialect of dialects) {
    test(`${name} in ${dialect} joins two ports of the LAN as it was reviewed`, async (t) => {
      const files = setupOf({ ...changes, dialect }, twoLanPorts);
      const shown = ["facts", "modules", "settings", "network.start", "network.stop"];
      const text = shown.map((file) => `── ${file}\n${files.get(file) ?? ""}`).join("\n");
      const withoutHash = text.replace(/^PLAN=.*\n/m, "");
      await assertGolden(t, `setups/two-lan-ports/${name}-${dialect}.txt`, withoutHash);
    });
  }
}

test("the goldens are of sites that a file can say", async (t) => {
  const file = join(await temporaryFolder(t), "site.yaml");
  for (const [name, changes] of Object.entries(goldens)) {
    const site = { ...richSite, ...changes };
    await writeFile(file, JSON.stringify(site));
    t.deepEqual(await readSite(file), site, name);
  }
});
