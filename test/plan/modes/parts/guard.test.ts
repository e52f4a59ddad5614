import test from "ava";
import { dialects, kinds, modelOf, richSite } from "../../../setups.ts";
import { setupOf } from "../../../payload/setup-files.ts";

const { metricsPort: _, ...withoutMetrics } = richSite.proxy;

test("the proxy's port is open to who has to ask it, and metrics are if the site says so", (t) => {
  t.like(modelOf({}).guard, { explicitPort: null, metricsPort: 9130 });
  const asked = modelOf({ transparency: { client: false, server: true }, proxy: withoutMetrics });
  t.like(asked.guard, { explicitPort: 3129, metricsPort: null });
});

test("in every mode and dialect a port of the router's own is open to the LAN's side alone, and only if it is said", (t) => {
  for (const [name, kind] of Object.entries(kinds)) {
    for (const dialect of dialects) {
      const lines = (changes: object) =>
        (setupOf({ ...kind, dialect, ...changes }).get("guard.start") ?? "")
          .split("\n")
          .filter((line) => /dport/.test(line));
      const lan = /(iifname|-i) "?(eth1"?|br0"? (meta mark & 0x10 != 0|-m mark --mark 0x10\/0x10)) /;
      const open = lines({});
      t.true(open.length > 0, name);
      for (const line of open) {
        t.regex(line, lan, name);
        t.regex(line, /dport 9130 /, name);
      }
      t.deepEqual(lines({ proxy: withoutMetrics }), [], name);
    }
  }
});
