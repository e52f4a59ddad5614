/** Follows board-configs/README.md to add a model that doesn't exist, in a copy of the boards. */
import { existsSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { readBoardByName } from "../../build/config/board.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { halfbridge } from "../cli/halfbridge.ts";
import { commandBlocks, wordsOf } from "./commands.ts";

const guide = (await readFile(join(projectRoot, "board-configs/README.md"), "utf8"))
  .split(/^## /m)
  .find((section) => section.startsWith("Add a board"));
const steps = commandBlocks(guide ?? "").map((command) => wordsOf(command.replace(/^npx halfbridge /, "")));
const model = "acme-r1";

/** Runs steps of the guide by their first words, on the boards of a folder. */
async function follow(folder: string, ...names: readonly string[]) {
  const wanted = steps.filter((argv) => names.some((name) => argv.join(" ").startsWith(name)));
  let said = "";
  for (const argv of wanted) {
    const here = argv.map((word) => word.replace(/^board-configs\//, `${folder}/`));
    const takesFolder = !["check", "board check"].some((name) => argv.join(" ").startsWith(name));
    const { stdout, stderr, exitCode } = await halfbridge(
      ...here,
      ...(takesFolder ? ["--boards", folder] : []),
    );
    said += stdout + stderr;
    if (exitCode !== 0) return { failed: argv.join(" "), said };
  }
  return { failed: wanted.length === 0 ? "there is no such step" : undefined, said };
}

async function copyOfBoards(t: ExecutionContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await cp(join(projectRoot, "board-configs"), folder, { recursive: true });
  return folder;
}

test("the guide's steps make a sound board of the fictional model, which is listed with its proof level", async (t) => {
  const folder = await copyOfBoards(t);
  t.is((await follow(folder, "board new", "check", "plan")).failed, undefined);
  const { said } = await follow(folder, "boards");
  t.regex(said, /^acme-r1 +Acme R1 .* image +first-stage loader, device tree, /m);
  const board = await readBoardByName(model, folder);
  t.is(board.image.format, "gpt-boot-script", "from its family");
  t.deepEqual(board.ports.lan, { name: "lan", path: "platform/ff550000.ethernet" });
});

test("a board of another folder is one for every command that takes its name", async (t) => {
  const folder = await copyOfBoards(t);
  await follow(folder, "board new");
  const flashed = await halfbridge("flash", model, "--to", "/dev/null", "--boards", folder);
  t.regex(flashed.stderr, /^out\/acme-r1: holds no image/, "the board is found, its image isn't");
  const exported = await halfbridge("export", model, folder, "--base", "openwrt", "--boards", folder);
  t.regex(exported.stderr, /has files in it that weren't exported/);
  const refused = await halfbridge("export", model, `${folder}/to`, "--base", "openwrt", "--boards", folder);
  t.regex(refused.stderr, /acme-r1\.yaml: \/openwrt: is missing/, "again it is the board that counts");
});

test("a step that is left out, or a slip in the profile, is told", async (t) => {
  const folder = await copyOfBoards(t);
  t.regex((await follow(folder, "plan")).said, /no board is called "acme-r1"/);
  await follow(folder, "board new");
  const file = join(folder, `${model}.yaml`);
  await writeFile(file, (await readFile(file, "utf8")).replace("memoryMiB:", "memoryMib:"));
  const { failed, said } = await follow(folder, "check");
  t.is(failed, `check board-configs/${model}.yaml`);
  t.regex(said, /\/memoryMib: is not a known key \(did you mean memoryMiB\?/);
});

test("it holds against Debian's kernel, where that was fetched already", async (t) => {
  if (!existsSync(join(projectRoot, "out/arm64-uefi/manifest.json"))) {
    t.log("left out: no image for arm64 was built here");
    t.pass();
    return;
  }
  const folder = await copyOfBoards(t);
  const { failed, said } = await follow(folder, "board new", "board check");
  t.is(failed, undefined, said);
  t.regex(said, /proof level: image; the lab starts its image by QEMU's U-Boot/);
});

test("every step of the guide is a command with these options", async (t) => {
  t.true(steps.length >= 8);
  for (const argv of steps) {
    const name = argv.slice(0, argv[0] === "board" ? 2 : 1);
    const { stdout } = await halfbridge(...name, "--help");
    t.true(stdout.startsWith(`Usage: halfbridge ${name.join(" ")}`), name.join(" "));
    for (const option of argv.filter((word) => word.startsWith("--")))
      t.true(stdout.includes(option), option);
  }
});
