/** Against a stand-in of our own, and against a checkout where HALFBRIDGE_OPENWRT_SOURCE names one. */
import { cp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { buildFromSource, configure } from "../../../build/base/openwrt/build-from-source.ts";
import { readVersion } from "../../../build/base/openwrt/tree-version.ts";
import { lostLines, sourceConfig } from "../../../build/base/openwrt/source-config.ts";
import { readAllProfiles } from "../../../build/config/board.ts";
import { InputError } from "../../../build/core/faults.ts";
import { projectRoot } from "../../../build/core/paths.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { testUnless } from "../../test-unless.ts";
import { madeFor, openwrtBoardByName } from "./made.ts";
import { standIn } from "./stand-in.ts";

test("a checkout makes a model's images with files/ in them, and can be used again", async (t) => {
  const checkout = await standIn(t, "openwrt-source");
  const made = await madeFor(t, "glinet-gl-mt6000");
  for (const round of [1, 2]) {
    const { overview, packages } = await buildFromSource(checkout, made);
    t.is(overview.profiles["glinet_gl-mt6000"]?.images.length, 2, `round ${round}`);
    t.true(packages.has("kmod-nft-tproxy"));
  }
  t.true(existsSync(join(checkout, "files/etc/init.d/halfbridge-guard")));
});

test("every line that make defconfig drops is named: a package with the near one, anything else as it is", async (t) => {
  const without = await standIn(t, "openwrt-source", [
    ["known", "CONFIG_PACKAGE_ip-full=y\n", "CONFIG_PACKAGE_ip-fuel=y\n"],
    ["known", "CONFIG_TARGET_mediatek_filogic_DEVICE_glinet_gl-mt6000=y\n", ""],
  ]);
  const error = await t.throwsAsync(buildFromSource(without, await madeFor(t, "glinet-gl-mt6000")), {
    instanceOf: InputError,
  });
  t.deepEqual(
    error.faults.map(({ fact }) => fact),
    [
      "make defconfig dropped CONFIG_TARGET_mediatek_filogic_DEVICE_glinet_gl-mt6000=y",
      "make defconfig dropped the package ip-full",
    ],
  );
});

test("what isn't a checkout is refused, and files and a .config of the user's are left alone or kept", async (t) => {
  const made = await madeFor(t, "glinet-gl-mt6000");
  await t.throwsAsync(buildFromSource(await temporaryFolder(t), made), {
    message: /isn't a checkout of OpenWrt: it has no rules\.mk/,
  });
  const mine = await standIn(t, "openwrt-source");
  await cp(join(projectRoot, "sites"), join(mine, "files"), { recursive: true });
  await t.throwsAsync(buildFromSource(mine, made), { message: /has files\/ of its own/ });
  t.true(existsSync(join(mine, "files/example.yaml")));
  const configured = await standIn(t, "openwrt-source");
  await writeFile(join(configured, ".config"), "CONFIG_MINE=y\n");
  await buildFromSource(configured, made);
  t.is(await readFile(join(configured, ".config.before-halfbridge"), "utf8"), "CONFIG_MINE=y\n");
});

test("what the user has put into a checkout since the last build is left alone, too; what this tool made isn't kept", async (t) => {
  const made = await madeFor(t, "glinet-gl-mt6000");
  const checkout = await standIn(t, "openwrt-source");
  const kept = async () => (await readdir(checkout)).filter((name) => name.includes("before-halfbridge"));
  await writeFile(join(checkout, ".config"), "CONFIG_FIRST=y\n");
  await buildFromSource(checkout, made);
  await writeFile(join(checkout, ".config"), "CONFIG_SECOND=y\n");
  await buildFromSource(checkout, made);
  await buildFromSource(checkout, made);
  t.deepEqual((await kept()).sort(), [".config.before-halfbridge", ".config.before-halfbridge-2"]);
  t.is(await readFile(join(checkout, ".config.before-halfbridge"), "utf8"), "CONFIG_FIRST=y\n");

  await writeFile(join(checkout, "files/etc/banner"), "mine\n");
  await t.throwsAsync(buildFromSource(checkout, made), { message: /such as files\/etc\/banner/ });
  t.is(await readFile(join(checkout, "files/etc/banner"), "utf8"), "mine\n");
});

test("an ImageBuilder isn't taken for a checkout, whose files it has: it would be left without its .config", async (t) => {
  const folder = await standIn(t, "openwrt-source");
  await rm(join(folder, "tools"), { recursive: true });
  await writeFile(join(folder, ".targetinfo"), "");
  await writeFile(join(folder, ".config"), "CONFIG_MINE=y\n");
  await t.throwsAsync(buildFromSource(folder, await madeFor(t, "glinet-gl-mt6000")), {
    message: /has no tools\/Makefile \(it is an ImageBuilder: use --imagebuilder\)/,
  });
  t.is(await readFile(join(folder, ".config"), "utf8"), "CONFIG_MINE=y\n");
});

test("a checkout of a release that can't do what the site needs is refused before anything is written", async (t) => {
  const checkout = await standIn(t, "openwrt-source");
  const made = await madeFor(t, "glinet-gl-mt6000", { dialect: "nft" });
  const versionMk = join(checkout, "include/version.mk");
  await writeFile(versionMk, "VERSION_NUMBER:=$(if $(VERSION_NUMBER),$(VERSION_NUMBER),23.05-SNAPSHOT)\n");
  await t.throwsAsync(buildFromSource(checkout, made), {
    message: /is of OpenWrt 23\.05-SNAPSHOT with Linux 5\.15: nft takes frames off a bridge since 6\.4/,
  });
  t.false(existsSync(join(checkout, "files")));
  await writeFile(versionMk, "VERSION_NUMBER:=$(if $(VERSION_NUMBER),$(VERSION_NUMBER),24.10.2)\n");
  t.is((await buildFromSource(checkout, made)).from.version, "24.10.2");
});

test("lines of the user's go before ours, and those that make defconfig drops are named by their file", async (t) => {
  const checkout = await standIn(t, "openwrt-source", [
    ["known", "CONFIG_DEVEL=y", "CONFIG_DEVEL=y\nCONFIG_CCACHE=y"],
  ]);
  const made = await madeFor(t, "glinet-gl-mt6000");
  const text = "CONFIG_CCACHE=y\n# CONFIG_USE_MOLD is not set\n";
  await buildFromSource(checkout, made, { file: "mine", text });
  t.true((await readFile(join(checkout, ".config"), "utf8")).startsWith("CONFIG_CCACHE=y\n"));
  const odd = { file: "mine", text: `${text}CONFIG_OF_NOBODY="1"\n# CONFIG_IPV6 is not set\n` };
  const error = await t.throwsAsync(buildFromSource(checkout, made, odd), { instanceOf: InputError });
  t.deepEqual(
    error.faults.map(({ file, fact }) => `${file}: ${fact}`),
    [
      'mine: make defconfig dropped CONFIG_OF_NOBODY="1"',
      "mine: make defconfig dropped # CONFIG_IPV6 is not set",
    ],
  );
});

test("a line is lost that isn't there as it was asked for", (t) => {
  const config = "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=m\n";
  t.deepEqual(lostLines(["CONFIG_A=y", "CONFIG_B=y", "CONFIG_C=y", "CONFIG_D=y"], config), [
    "CONFIG_B=y",
    "CONFIG_C=y",
    "CONFIG_D=y",
  ]);
});

const real = process.env["HALFBRIDGE_OPENWRT_SOURCE"];
const withRealOne = testUnless(
  real === undefined ? "HALFBRIDGE_OPENWRT_SOURCE names no checkout" : undefined,
  "that OpenWrt knows the target, profile and packages of every board",
);
withRealOne(
  "a real checkout knows target, profile and packages of every board, and drops one that it can't know",
  async (t) => {
    t.timeout(600_000);
    const checkout = real ?? "";
    const place = { output: "/nowhere", log: join(await temporaryFolder(t), "log"), fragment: undefined };
    const config = join(checkout, ".config");
    if (existsSync(config)) await rename(config, `${config}.test`);
    try {
      const { release } = await readVersion(checkout, "", "openwrt");
      for (const { name, openwrt } of await readAllProfiles())
        if (openwrt !== undefined && (openwrt.since ?? "") <= release.name)
          await t.notThrowsAsync(configure(checkout, "openwrt", await openwrtBoardByName(name), place), name);
      const board = await openwrtBoardByName("x86-64");
      const odd = { ...board, openwrt: { ...board.openwrt, packages: ["kmod-of-nobody"] } };
      t.true(sourceConfig(odd).includes("CONFIG_PACKAGE_kmod-of-nobody=y"));
      await t.throwsAsync(configure(checkout, "openwrt", odd, place), {
        message: /dropped the package kmod-of-nobody/,
      });
    } finally {
      await rm(config, { force: true });
      if (existsSync(`${config}.test`)) await rename(`${config}.test`, config);
    }
  },
);
