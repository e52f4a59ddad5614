import test from "ava";
import { kinds } from "../../setups.ts";
import { setupOf } from "../setup-files.ts";

const captureOf = (name: string, dialect: "legacy" | "nft", failMode: "open" | "closed") =>
  setupOf({ ...kinds[name], dialect, failMode }).get("capture.start") ?? "";

test("nft lets captured packets pass when nobody listens, so a closed site drops them, and only that", (t) => {
  for (const name of Object.keys(kinds)) {
    const closed = captureOf(name, "nft", "closed").split("\n");
    const drop = closed.indexOf("\t\tdrop");
    t.regex(closed[drop - 2] ?? "", / tproxy ip6 to :3129 /, name);
    t.false(captureOf(name, "nft", "open").includes("\tdrop\n"), name);
  }
});

test("iptables' TPROXY drops by itself: there an open site differs in nothing but when capture is in force", (t) => {
  for (const name of Object.keys(kinds))
    t.is(captureOf(name, "legacy", "open"), captureOf(name, "legacy", "closed"), name);
  t.regex(setupOf({ failMode: "open" }).get("facts") ?? "", /^FAIL_MODE='open'$/m);
});
