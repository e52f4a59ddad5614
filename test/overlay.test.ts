/** An overlay for OpenWrt, and whether its README's commands do what they say, against the stand-ins. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { openwrtExport } from "../build/base/openwrt/export.ts";
import type { Site } from "../build/config/site.ts";
import { run } from "../build/core/run.ts";
import { exportOverlay, requireExportable } from "../build/overlay.ts";
import { madeFor } from "./base/openwrt/made.ts";
import { standIn } from "./base/openwrt/stand-in.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function exported(t: ExecutionContext, changes: Partial<Site> = {}): Promise<string> {
  const directory = join(await temporaryFolder(t), "overlay");
  await exportOverlay(openwrtExport, await madeFor(t, "glinet-gl-mt6000", changes), directory);
  return directory;
}

const readmeOf = (overlay: string) => readFile(join(overlay, "README.md"), "utf8");

/** Runs the commands of the README's section in a folder, and gives what they print. */
async function follow(
  t: ExecutionContext,
  overlay: string,
  section: string,
  folder: string,
): Promise<string> {
  const [, text = ""] = (await readmeOf(overlay)).split(`## ${section}`);
  const [, commands = ""] = /```sh\n([^]*?)```/.exec(text) ?? [];
  t.regex(commands, /^here=\/where\/this\/folder\/is\n/);
  const script = commands.replace("/where/this/folder/is", overlay);
  return (await run(["sh", "-c", script], { cwd: folder })).stdout;
}

test("an exported README's commands make an ImageBuilder's images with the overlay in them", async (t) => {
  const builder = await standIn(t, "imagebuilder");
  const said = await follow(t, await exported(t), "With an ImageBuilder", builder);
  t.regex(said, /^Enabling halfbridge-guard$/m);
  t.true(existsSync(join(builder, "bin/targets/mediatek/filogic/profiles.json")));
});

test("an exported README's commands make a checkout's images, and name the lines that it drops", async (t) => {
  for (const [edits, dropped] of [
    [[], ""],
    [[["known", "CONFIG_PACKAGE_ip-full=y\n", ""] as const], "CONFIG_PACKAGE_ip-full=y\n"],
  ] as const) {
    const checkout = await standIn(t, "openwrt-source", edits);
    // as somebody's own build has it
    await mkdir(join(checkout, "files"));
    await writeFile(join(checkout, ".config"), 'CONFIG_BINARY_FOLDER="bin"\n');
    const said = await follow(t, await exported(t), "From source", checkout);
    t.is(said.replace(/^# configuration.*\n/m, ""), dropped);
    t.true(existsSync(join(checkout, "files/etc/init.d/halfbridge-guard")));
  }
});

test("an exported README says which releases the site's rules go with", async (t) => {
  const since = /from 24\.10 on/;
  t.regex(await readmeOf(await exported(t, { dialect: "nft" })), since);
  t.notRegex(await readmeOf(await exported(t, { dialect: "legacy" })), since);
  t.notRegex(await readmeOf(await exported(t, { dialect: "nft", mode: "proxy-arp" })), since);
});

test("what was exported may be replaced, but not a folder of the user's, nor what they changed since", async (t) => {
  const overlay = await exported(t);
  await t.notThrowsAsync(requireExportable(overlay));
  await t.notThrowsAsync(requireExportable(join(overlay, "not-there")));
  await t.throwsAsync(requireExportable(join(overlay, "files")), {
    message: /has files in it that weren't exported/,
  });
  await t.throwsAsync(requireExportable(join(overlay, "config")), { message: /isn't a folder/ });
  const mine = join(overlay, "files/etc/banner");
  await writeFile(mine, "mine\n");
  await utimes(mine, new Date(), new Date(Date.now() + 1000)); // however fast this was
  await t.throwsAsync(requireExportable(overlay), {
    message: /has files\/etc\/banner in it, which is newer than what was exported/,
  });
  await rm(mine);
  await t.notThrowsAsync(requireExportable(overlay));
});
