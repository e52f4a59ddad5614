import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { readSite } from "../../build/config/site.ts";
import { run } from "../../build/core/run.ts";
import { builtSetup, renderConfiguration } from "../../build/payload/configuration.ts";
import { marks } from "../../build/plan/network.ts";
import { makePlan } from "../../build/plan/plan.ts";
import { parseConfig } from "../../proxy/src/config.ts";
import { board, dialects, kinds, planOf } from "../setups.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { scriptNames, textOf } from "./setup-files.ts";

const plan = makePlan(board, await readSite("sites/example.yaml"));
const configuration = await renderConfiguration(plan);
const find = (path: string) => configuration.find((entry) => entry.path === path);

test("every script is one that a POSIX shell can read, and can be run", async (t) => {
  const others = Object.values(kinds).flatMap((kind) =>
    dialects.map((dialect) => planOf({ ...kind, dialect })),
  );
  const trees = [configuration, ...(await Promise.all(others.map((other) => renderConfiguration(other))))];
  const scripts = trees.flat().filter((entry) => textOf(entry).startsWith("#!/bin/sh"));
  const distinct = new Map(scripts.map((entry) => [textOf(entry), entry]));
  t.true(distinct.size > 40);
  for (const script of distinct.values()) t.is(script.kind === "file" ? script.mode : 0, 0o755, script.path);

  const faulty = "#!/bin/sh\nif true; then\n";
  t.deepEqual(await unreadable(t, [...distinct.keys(), faulty]), [distinct.size]);
});

/** Which of these texts no shell could read, by their numbers. */
async function unreadable(t: ExecutionContext, texts: readonly string[]): Promise<number[]> {
  const folder = await temporaryFolder(t);
  await Promise.all(texts.map(async (text, number) => writeFile(join(folder, `${number}`), text)));
  const { stdout } = await run(["sh", "-c", 'for script in *; do sh -n "$script" || echo "$script"; done'], {
    cwd: folder,
  });
  return stdout.split("\n").slice(0, -1).map(Number);
}

test("whatever is to be run says who runs it, or it would come without permission", (t) => {
  const programs = configuration.filter(({ path }) => /\/stages\/|^\/usr\/sbin\//.test(path));
  t.true(programs.length >= 9);
  for (const program of programs) t.regex(textOf(program), /^#!\/bin\/sh\n/, program.path);
});

test("a set-up has a script that stops what each of its scripts starts", async (t) => {
  for (const dialect of dialects) {
    const tree = await renderConfiguration(planOf({ mode: "bridge-broute", dialect }));
    const ending = (end: string) =>
      tree.filter(({ path }) => path.endsWith(end)).map(({ path }) => path.slice(0, -end.length));
    t.deepEqual(ending(".start"), scriptNames.map((name) => `${builtSetup}/${name}`).sort());
    t.deepEqual(ending(".stop"), ending(".start"));
  }
});

test("every path of a set-up that a script names is there", (t) => {
  const named = configuration.flatMap((entry) =>
    [...textOf(entry).matchAll(/(?:\$setup|\$run\/setup|\/run\/halfbridge\/setup)\/([a-z]+\.?[a-z]*)/g)].map(
      ([, name = ""]) => name,
    ),
  );
  t.true(new Set(named).size >= 8);
  // ndppd.conf comes with routed IPv6 only, and halfbridge-ndp waits for it; policy.json with squid
  const others = new Set(["ndppd.conf", "policy.json"]);
  for (const name of new Set(named)) if (!others.has(name)) t.truthy(find(`${builtSetup}/${name}`), name);
});

test("the router knows its board and its ports, to plan another site by itself", (t) => {
  t.deepEqual(JSON.parse(textOf(find("/etc/halfbridge/board.json"))), board);
  t.regex(textOf(find("/etc/halfbridge/hardware")), /^COMPATIBLE=''\nISP='eth0'\nISP_AT=''\nLAN='eth1'\n/);
});

test("the site in a set-up is the one that it was printed for, so that it can be changed from there", (t) => {
  t.deepEqual(JSON.parse(textOf(find(`${builtSetup}/site.json`))), plan.site);
});

test("the proxy accepts the configuration that is rendered for it", (t) => {
  const config = parseConfig(textOf(find(`${builtSetup}/proxy.json`)));
  t.false(Array.isArray(config), JSON.stringify(config));
});

test("the proxy's own packets carry the mark that the model has for them, not the one that delivers", (t) => {
  const { mark } = JSON.parse(textOf(find(`${builtSetup}/proxy.json`))) as { mark: number };
  t.is(mark, marks.own);
  t.not(mark, marks.deliver);
});
