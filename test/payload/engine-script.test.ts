import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { renderTemplate } from "../../build/payload/render.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { relocate, runScript, writeFiles } from "./scripts.ts";

const plain = ["--flag", "/usr/lib/halfbridge/proxy.cjs", "/run/halfbridge/setup/proxy.json"];
const snapshot = "usr/lib/halfbridge/runtime/start.snapshot";
const trial = "run/halfbridge/proxy/snapshot-on-trial";

/** Runs the script on a root with these files, and gives what Node was started with and what was there then. */
async function runEngine(t: ExecutionContext, files: Readonly<Record<string, string>>) {
  const root = await temporaryFolder(t);
  const template = "payload/usr/lib/halfbridge/engines/halfbridge.hbs";
  await writeFiles(root, {
    "run/halfbridge/setup/facts": "TIME_ZONE='Europe/Berlin'\n",
    "usr/lib/halfbridge/runtime/node": `#!/bin/sh\ncd ${root}\nprintf '%s\\n' "$@" > argv\n[ ! -e ${trial} ] || echo > seen`,
    rendered: await renderTemplate(template, { nodeFlags: "--flag" }),
    ...files,
  });
  await writeFiles(root, { engine: await relocate("rendered", ["/run/", "/usr/lib/"], root, root) });
  const { status, stderr } = runScript([join(root, "engine")], {});
  t.is(status, 0, stderr);
  const read = (path: string) => readFile(join(root, path), "utf8").catch(() => undefined);
  const argv = (await read("argv"))?.trim().replaceAll(`${root}/`, "/").split("\n");
  return { argv, onTrial: (await read("seen")) !== undefined };
}

test("the proxy is started from the snapshot of Node's start that lies beside Node, on trial", async (t) => {
  const { argv, onTrial } = await runEngine(t, { [snapshot]: "", "run/halfbridge/proxy/other": "" });
  t.deepEqual(argv, ["--flag", "--no-hard-abort", "--snapshot-blob", `/${snapshot}`, ...plain.slice(1)]);
  t.true(onTrial);
});

test("it is started as ever where there is no snapshot", async (t) => {
  const { argv, onTrial } = await runEngine(t, { "run/halfbridge/proxy/other": "" });
  t.deepEqual(argv, plain);
  t.false(onTrial);
});

test("after a start from the snapshot that didn't get as far as listening it is started without", async (t) => {
  t.deepEqual((await runEngine(t, { [snapshot]: "", [trial]: "" })).argv, plain);
});

test("it is started without where a trial couldn't be told from its end", async (t) => {
  t.deepEqual((await runEngine(t, { [snapshot]: "" })).argv, plain);
});
