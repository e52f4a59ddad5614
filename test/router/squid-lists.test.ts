import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import type { PolicyConfig } from "../../proxy/src/policy/policy-config.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A policy with a list of the router's own, and the program that makes it into files for squid. */
async function converter(t: ExecutionContext, blocked: string) {
  const folder = await temporaryFolder(t);
  const at = (name: string) => join(folder, name);
  const policy: PolicyConfig = {
    ...{ default: "allow", timeZone: "UTC", groups: {}, schedules: {} },
    lists: {
      local: { file: at("blocked.txt"), format: "domains", entries: [] },
      pages: { format: "urls", entries: ["www.example/games/"] },
    },
    rules: [
      {
        name: "no games",
        action: "block",
        groups: [],
        schedules: [],
        lists: ["local", "pages"],
        methods: [],
      },
    ],
  };
  await writeFile(at("policy.json"), JSON.stringify(policy));
  await writeFile(at("blocked.txt"), blocked);
  const run = () =>
    spawnSync(
      process.execPath,
      [join(projectRoot, "build/router/squid-lists.ts"), at("policy.json"), at("squid")],
      { encoding: "utf8", timeout: 60_000 },
    );
  const read = (name: string) => readFile(join(folder, "squid", name), "utf8");
  return { at, run, read, names: async () => (await readdir(at("squid"))).sort() };
}

test("each list's kinds and each page are a file", async (t) => {
  const { run, read, names } = await converter(t, "games.example\n");
  t.like(run(), { status: 0, stderr: "" });
  t.deepEqual(await names(), ["1.names", "2.names", "2.patterns", "2.urls", "rule-1"]);
  t.is(await read("1.names"), ".games.example\n");
  t.is(await read("2.names"), "");
  t.regex(await read("2.urls"), /www\\\.example/);
  t.regex(await read("rule-1"), /no games/);
});

test("a faulty line is told by file and line: the first time the others count, later the last good lists stay", async (t) => {
  const { at, run, read } = await converter(t, "games.example\nno domain\n");
  const first = run();
  t.is(first.status, 0);
  t.regex(first.stderr, /blocked\.txt:2: /);
  t.is(await read("1.names"), ".games.example\n");
  await writeFile(at("blocked.txt"), "other.example\nno domain\n");
  const second = run();
  t.is(second.status, 1);
  t.regex(second.stderr, /blocked\.txt:2: /);
  t.is(await read("1.names"), ".games.example\n");
  await writeFile(at("blocked.txt"), "other.example\n");
  t.is(run().status, 0);
  t.is(await read("1.names"), ".other.example\n");
});

test("what can't be written is told with exit code 2", async (t) => {
  const { at, run } = await converter(t, "");
  await writeFile(at("squid.new"), "in the way\n");
  await writeFile(at("policy.json"), "no JSON");
  t.is(run().status, 2);
});
