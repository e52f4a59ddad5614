import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import { projectRoot } from "../../../build/core/paths.ts";

const bench = (...argv: string[]) =>
  spawnSync(process.execPath, [join(projectRoot, "scripts/bench-proxy.ts"), ...argv], { encoding: "utf8" });

test("the namespaces are made, the origin answers in them, and it's seen whether a row filters", (t) => {
  const { status, stdout, stderr } = bench("--check", "--rows", "direct");
  if (status === 2 && /Debian packages that are missing|unshare/.test(stderr)) {
    process.stderr.write(`\nNOT TESTED: npm run bench:proxy, because it said: ${stderr}\n`);
    t.pass();
    return;
  }
  t.is(status, 0, stderr);
  t.regex(stderr, /✓ start routed, no proxy/);
  t.notRegex(stdout, /Left out/);
});

test("an unknown row ends it before anything is started", (t) => {
  const { status, stderr } = bench("--rows", "apache");
  t.is(status, 1);
  t.regex(stderr, /^--rows: there is no apache \(direct, /);
});
