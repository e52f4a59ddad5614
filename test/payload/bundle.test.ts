import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { identifyTree } from "../../build/core/identify-tree.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { bundleProgram, loadWhenUsed, programs } from "../../build/payload/bundle.ts";
import { printSetup } from "../../build/payload/setup.ts";
import { board, planOf, richSite } from "../setups.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { setupOf } from "./setup-files.ts";

const names = Object.keys(programs) as (keyof typeof programs)[];

for (const name of names) {
  test(`${name} is the same each time, and names no path of this machine`, async (t) => {
    const [first, second] = await Promise.all([bundleProgram(name), bundleProgram(name)]);
    t.true(first.equals(second));
    t.false(first.includes(projectRoot));
  });

  test(`${name} needs nothing but Node's own modules`, async (t) => {
    const text = (await bundleProgram(name)).toString();
    // ajv has some in quotation marks, for code that it could write
    const needed = [...text.matchAll(/(?<!['"`])\brequire\("([^"]+)"\)/g)].map(([, module = ""]) => module);
    const foreign = needed.filter((module) => !/^(node:|fs$|path$|process$|buffer$|url$)/.test(module));
    t.true(needed.length > 0);
    t.deepEqual(foreign, []);
  });
}

test("the proxy's bundle is small, and keeps its names", async (t) => {
  const bundle = await bundleProgram("proxy.cjs");
  t.true(bundle.length < 180_000, `${bundle.length} bytes`);
  t.regex(bundle.toString(), /function startProxy\(/);
});

test("the proxy's bundle refuses a configuration with every fault, and a missing one, with exit code 1", async (t) => {
  const { folder, run } = await installed(t, "proxy.cjs");
  await writeFile(join(folder, "proxy.json"), '{ "mark": 0 }');
  const faulty = run("proxy.json");
  t.is(faulty.status, 1);
  t.regex(faulty.stderr, /^proxy\.json: \/listeners: is missing$/m);
  t.regex(faulty.stderr, /^proxy\.json: \/mark: must be a whole number/m);
  const missing = run("other.json");
  t.like(missing, { status: 1, stdout: "" });
  t.regex(missing.stderr, /^other\.json: ENOENT/);
});

test("render-setup writes the very set-up that a build prints, and prints its hash", async (t) => {
  const { folder, run } = await withBoard(t);
  await writeFile(join(folder, "site.yaml"), JSON.stringify(richSite));
  const { status, stdout, stderr } = run("board.json", "site.yaml", "setup");
  t.is(stderr, "");
  t.is(status, 0);
  t.is(stdout, `${identifyTree(printSetup(planOf({})))}\n`);
  const written = await readdir(join(folder, "setup"));
  const files = await Promise.all(
    written.map(async (name) => [name, await readFile(join(folder, "setup", name), "utf8")] as const),
  );
  t.deepEqual(Object.fromEntries(files), Object.fromEntries(setupOf({})));
});

test("render-setup tells every fault of a site, with exit code 1, and leaves nothing behind", async (t) => {
  const { folder, run } = await withBoard(t);
  await writeFile(
    join(folder, "site.yaml"),
    JSON.stringify({ ...richSite, router: "10.9.9.9", arp: "bridge", mode: "proxy-arp" }),
  );
  const { status, stdout, stderr } = run("board.json", "site.yaml", "setup");
  t.is(status, 1);
  t.is(stdout, "");
  t.regex(stderr, /^site\.yaml: \/arp: is bridge/m);
  t.regex(stderr, /^site\.yaml: \/router: is 10\.9\.9\.9, outside/m);
  t.deepEqual((await readdir(folder)).sort(), ["board.json", "render-setup.cjs", "site.yaml"]);
});

test("render-setup takes a site as the router keeps it", async (t) => {
  const { folder, run } = await withBoard(t);
  await writeFile(join(folder, "site.json"), setupOf({}).get("site.json") ?? "");
  t.is(run("board.json", "site.json", "setup").stdout, `${identifyTree(printSetup(planOf({})))}\n`);
});

test("render-setup refuses squid where the image hasn't got it", async (t) => {
  const { folder, run } = await withBoard(t);
  const { ipv6: _, policy: __, ...site } = richSite;
  const { resolvers } = richSite.proxy;
  const proxy = { engine: "squid", resolvers, log: { format: "squid" } };
  const capture = [{ port: 80, carries: "http" }];
  await writeFile(join(folder, "site.yaml"), JSON.stringify({ ...site, exempt: {}, capture, proxy }));
  const { status, stderr } = run("board.json", "site.yaml", "setup");
  t.is(status, 1);
  t.regex(stderr, /^site\.yaml: \/proxy\/engine: is squid, which isn't on this image/);
  await mkdir(join(folder, "engines"));
  await writeFile(join(folder, "engines/squid"), "#!/bin/sh\n");
  t.is(run("board.json", "site.yaml", "setup").status, 0);
});

test("render-setup takes a site's files along, which count for the hash, wherever the site lies", async (t) => {
  const { folder, run } = await withBoard(t);
  const lists = { ads: { file: "mine/ads.txt", entries: [], format: "auto" } };
  const render = async (at: string, text: string) => {
    await mkdir(join(folder, at, "mine"), { recursive: true });
    await writeFile(join(folder, at, "mine/ads.txt"), text);
    const site = {
      ...richSite,
      policy: { ...richSite.policy, lists: { ...richSite.policy.lists, ...lists } },
    };
    await writeFile(join(folder, at, "site.yaml"), JSON.stringify(site));
    return run("board.json", `${at}/site.yaml`, `setup-${at}`);
  };
  const one = await render("one", "ads.example\n");
  t.is(one.stderr, "");
  t.is(await readFile(join(folder, "setup-one/lists/ads"), "utf8"), "ads.example\n");
  t.is((await render("two", "ads.example\n")).stdout, one.stdout);
  t.not((await render("three", "ads.example\nmore.example\n")).stdout, one.stdout);
  // as an operator changes the site that runs: from the set-up's own folder
  t.is(run("board.json", "setup-one/site.json", "setup-again").stdout, one.stdout);
});

test("render-setup tells a list's bad line by file and line, with exit code 1, and leaves nothing behind", async (t) => {
  const { folder, run } = await withBoard(t);
  const lists = { ...richSite.policy.lists, ads: { file: "ads.txt", format: "domains" } };
  await writeFile(join(folder, "ads.txt"), "ads.example\n?\n");
  await writeFile(
    join(folder, "site.yaml"),
    JSON.stringify({ ...richSite, policy: { ...richSite.policy, lists } }),
  );
  t.like(run("board.json", "site.yaml", "setup"), {
    status: 1,
    stdout: "",
    stderr: 'ads.txt:2: is no domain: "?"\n',
  });
  t.false((await readdir(folder)).some((name) => name.startsWith("setup")));
});

test("render-setup that can't write ends with exit code 2, and leaves nothing behind", async (t) => {
  const { folder, run } = await withBoard(t);
  await writeFile(join(folder, "site.yaml"), JSON.stringify(richSite));
  await writeFile(join(folder, "setup"), "a file is in the way\n");
  const { status, stdout, stderr } = run("board.json", "site.yaml", "setup");
  t.is(status, 2);
  t.is(stdout, "");
  t.regex(stderr, /setup/);
  t.is(await readFile(join(folder, "setup"), "utf8"), "a file is in the way\n");
  t.deepEqual((await readdir(folder)).sort(), ["board.json", "render-setup.cjs", "setup", "site.yaml"]);
  t.is(run("no-board.json", "site.yaml", "other").status, 2);
});

async function withBoard(t: ExecutionContext) {
  const made = await installed(t, "render-setup.cjs");
  await writeFile(join(made.folder, "board.json"), JSON.stringify(board));
  return made;
}

/** A folder with nothing in it but the bundle, which is run there. */
async function installed(t: ExecutionContext, name: keyof typeof programs) {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, name), await bundleProgram(name));
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, [name, ...argv], { cwd: folder, encoding: "utf8", timeout: 60_000 });
  return { folder, run };
}

test("a module of Node's is loaded when it is first used, and other programs' names are left alone", (t) => {
  const program =
    'var import_node_net=require("node:net"),import_x=require("./x");f(import_node_net.isIP,import_x.y);';
  t.is(
    loadWhenUsed(program),
    'var import_node_net,import_x=require("./x");f((import_node_net??=require("node:net")).isIP,import_x.y);',
  );
});

test("no program loads a module of Node's before it does anything", async (t) => {
  for (const name of names) {
    const text = (await bundleProgram(name)).toString();
    t.notRegex(text, /\bvar import_\w+=require\("node:/, name);
    t.regex(text, /\(import_node_fs\d*\?\?=require\("node:fs"\)\)\./, name);
  }
});
