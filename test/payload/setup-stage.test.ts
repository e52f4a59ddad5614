import { readFile, readdir, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { overlay, relocate, runScript, writeFiles } from "./scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const kept = "kept00000000";

/** Renders a set-up whose name is what the program itself says; a site that says `fault` is at fault. */
const renderer = `#!/bin/sh
if grep -q fault "$3"; then printf '%s: /mode: is not known\\nanother\\n' "$3" >&2; exit 1; fi
mkdir "$4"
cp "$3" "$4/site.json"
touch "$4/facts"
cat "$1"
`;

/** A router on which a set-up was confirmed, by the release `one`, that starts now. */
async function start(t: ExecutionContext, files: Readonly<Record<string, string>> = {}) {
  const root = await temporaryFolder(t);
  const paths = ["/run/", "/etc/", "/usr/lib/", "/dev/kmsg"];
  const script = async (path: string) => ({
    // a file isn't /dev/kmsg, which takes line after line
    [path]: (await relocate(path, paths, root)).replaceAll(/> (?=\S+\/dev\/kmsg)/g, ">> "),
  });
  await writeFiles(root, {
    "etc/halfbridge/setups/built/facts": "",
    [`etc/halfbridge/setups/${kept}/facts`]: "",
    [`etc/halfbridge/setups/${kept}/site.json`]: "a site\n",
    "etc/halfbridge/active": `${kept}\n`,
    "etc/halfbridge/board.json": "{}\n",
    "usr/lib/halfbridge/render-setup.cjs": `${kept}cafe\n`,
    "usr/lib/halfbridge/runtime/node": renderer,
    "programs/halfbridge-write": await readFile(join(overlay, "usr/sbin/halfbridge-write"), "utf8"),
    "dev/kmsg": "",
    ...(await script("usr/lib/halfbridge/render-setup")),
    ...(await script("usr/lib/halfbridge/stages/setup")),
  });
  const run = (path: string, ...argv: string[]) =>
    runScript([join(root, path), ...argv], {}, join(root, "programs"));
  const { stdout: by } = run("usr/lib/halfbridge/render-setup", "--renderer");
  t.regex(by, /^[\da-f]{32}\n$/);
  await writeFiles(root, { [`etc/halfbridge/setups/${kept}/rendered-by`]: by, ...files });
  t.like(run("usr/lib/halfbridge/stages/setup", "start"), { status: 0, stdout: "", stderr: "" });
  const said = (await readFile(join(root, "dev/kmsg"), "utf8")).replaceAll(root, "");
  return {
    setup: basename(await readlink(join(root, "run/halfbridge/setup"))),
    setups: (await readdir(join(root, "etc/halfbridge/setups"))).sort(),
    active: await readFile(join(root, "etc/halfbridge/active"), "utf8"),
    said: said === "" ? [] : said.trim().split("\n"),
    read: (path: string) => readFile(join(root, path), "utf8"),
  };
}

test("a router starts with the set-up that was confirmed", async (t) => {
  const { setup, setups, said } = await start(t, {
    "usr/lib/halfbridge/runtime/node": "#!/bin/sh\nexit 9\n",
  });
  t.is(setup, kept);
  t.deepEqual(setups, ["built", kept]);
  t.deepEqual(said, []);
});

test("where nothing was confirmed it starts as its image was built", async (t) => {
  const { setup, said } = await start(t, { "etc/halfbridge/active": "" });
  t.is(setup, "built");
  t.deepEqual(said, []);
});

test("what was confirmed under another release is rendered anew, from its site, and kept so", async (t) => {
  const other = { "usr/lib/halfbridge/render-setup.cjs": "other0000000cafe\n" };
  const { setup, setups, active, said, read } = await start(t, other);
  t.is(setup, "other0000000");
  t.is(active, "other0000000\n");
  t.deepEqual(setups, ["built", "other0000000"]);
  t.deepEqual(said, []);
  t.is(await read("etc/halfbridge/setups/other0000000/site.json"), "a site\n");
});

test("so it is where the image knows the board otherwise, and if all comes out the same it is noted by what", async (t) => {
  const { setup, setups, read } = await start(t, { "etc/halfbridge/board.json": '{"ports":2}\n' });
  t.is(setup, kept);
  t.deepEqual(setups, ["built", kept]);
  const by = await read(`etc/halfbridge/setups/${kept}/rendered-by`);
  const again = await start(t, {
    "etc/halfbridge/board.json": '{"ports":2}\n',
    [`etc/halfbridge/setups/${kept}/rendered-by`]: by,
    "usr/lib/halfbridge/runtime/node": "#!/bin/sh\nexit 9\n",
  });
  t.is(again.setup, kept);
});

test("a site that the other release refuses isn't lost; it says why, and starts as its image was built", async (t) => {
  const { setup, setups, active, said } = await start(t, {
    "usr/lib/halfbridge/render-setup.cjs": "other0000000cafe\n",
    [`etc/halfbridge/setups/${kept}/site.json`]: "fault\n",
  });
  t.is(setup, "built");
  t.is(active, `${kept}\n`);
  t.deepEqual(setups, ["built", kept]);
  t.deepEqual(said, [
    `<3>halfbridge: /etc/halfbridge/setups/${kept}/site.json: /mode: is not known`,
    "<3>halfbridge: another",
    `<3>halfbridge: what was confirmed as ${kept} is from another release, and this one can't render it`,
    "<3>halfbridge: starting as the image was built",
  ]);
});

test("a confirmed set-up that is gone is named", async (t) => {
  const { setup, said } = await start(t, { "etc/halfbridge/active": "gone00000000\n" });
  t.is(setup, "built");
  t.deepEqual(said, [
    "<3>halfbridge: there is no /etc/halfbridge/setups/gone00000000",
    "<3>halfbridge: starting as the image was built",
  ]);
});

test("what an interrupted rendering left is taken away", async (t) => {
  const { setups } = await start(t, {
    "etc/halfbridge/setups/new.17/facts": "",
    "usr/lib/halfbridge/render-setup.cjs": "other0000000cafe\n",
  });
  t.deepEqual(setups, ["built", "other0000000"]);
});
