import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { bundleProxy, proxyBundleName } from "../../build/payload/bundle-proxy.ts";
import { projectRoot } from "../../build/core/paths.ts";

test("the bundle is the same each time, small, and names no path of this machine", async (t) => {
  const [first, second] = await Promise.all([bundleProxy(), bundleProxy()]);
  t.true(first.equals(second));
  t.true(first.length < 35_000, `${first.length} bytes`);
  t.false(first.includes(projectRoot));
});

test("the bundle needs nothing but Node's own modules, at its start only two, and keeps its names", async (t) => {
  const text = (await bundleProxy()).toString();
  const needed = [...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
  t.deepEqual(new Set(needed), new Set(["node:fs", "node:net"]));
  const later = [...text.matchAll(/getBuiltinModule\("([^"]+)"\)/g)].map(([, name]) => name);
  t.deepEqual(new Set(later), new Set(["node:http", "node:dns/promises"]));
  t.regex(text, /function startProxy\(config, ?transport, ?log,/);
});

test("the bundle refuses a configuration with every fault, and a missing one, with exit code 1", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-bundle-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const bundle = join(folder, proxyBundleName);
  writeFileSync(bundle, await bundleProxy());
  writeFileSync(join(folder, "proxy.json"), '{ "mark": 0 }');
  const run = (file: string) =>
    spawnSync(process.execPath, [bundle, file], { cwd: folder, encoding: "utf8" });
  const faulty = run("proxy.json");
  t.is(faulty.status, 1);
  t.regex(
    faulty.stderr,
    /^proxy\.json: \/listeners: is missing\n(?:.*\n)*proxy\.json: \/mark: must be a whole number/,
  );
  t.like(run("other.json"), { status: 1, stdout: "" });
  t.regex(run("other.json").stderr, /^other\.json: ENOENT/);
});
