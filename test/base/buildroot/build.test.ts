/** Buildroot is driven as a user's would be: the stand-in in test/stand-ins/buildroot takes its place. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { buildTree } from "../../../build/base/buildroot/build.ts";
import { openCheckout } from "../../../build/base/buildroot/checkout.ts";
import { readSoftware, weighTarget } from "../../../build/base/buildroot/software.ts";
import { readUserSettings } from "../../../build/base/buildroot/user-settings.ts";
import type { Board } from "../../../build/config/board.ts";
import { InputError, ToolError } from "../../../build/core/faults.ts";
import { projectRoot } from "../../../build/core/paths.ts";
import { run } from "../../../build/core/run.ts";
import { mergeTrees, textFile, type Entry } from "../../../build/core/tree.ts";
import { fixedGuid } from "../../../build/image/layout.ts";
import { writeFiles } from "../../payload/scripts.ts";
import { textOf } from "../../payload/setup-files.ts";
import { saidWhile } from "../../said-while.ts";
import { board } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { planFor, rockPiE, treeFor } from "./trees.ts";

const checkout = await openCheckout(join(projectRoot, "test", "stand-ins", "buildroot"));
const nothing = { text: "", source: "the environment" };

/** Builds in a folder of the test's own, with the stand-in told to fail in some way. */
async function build(
  t: ExecutionContext,
  variables: Readonly<Record<string, string>> = {},
  user = nothing,
  work?: string,
  otherFiles: readonly Entry[] = [],
) {
  const folder = work ?? (await temporaryFolder(t));
  const tree = mergeTrees(await treeFor(undefined, user.text), otherFiles);
  Object.assign(process.env, variables);
  try {
    const hurried = { everyMs: 100, noteworthyMs: 60_000 };
    const pace = variables["STAND_IN_SLOW"] === undefined ? [] : [hurried];
    return await buildTree(planFor(), tree, user, checkout, folder, ...pace);
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
}

const buildFor = async (model: Board, folder: string) =>
  buildTree(planFor(model), await treeFor(model), nothing, checkout, folder);

/** Where a build is that nothing went wrong with, once for all tests that only look at what it has made. */
const soundFolder = await mkdtemp(join(tmpdir(), "halfbridge-test-"));
let sound: ReturnType<typeof build> | undefined;
const soundBuild = (t: ExecutionContext) => (sound ??= build(t, {}, nothing, soundFolder));
test.after.always(() => rm(soundFolder, { recursive: true }));

/** The error that a build ends with. */
async function failure(t: ExecutionContext, ...told: Tail<Parameters<typeof build>>): Promise<Error> {
  const error = await t.throwsAsync<Error>(build(t, ...told));
  return error ?? new Error("it didn't fail");
}

type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;

test.serial(
  "a tree is built into a disk image of the planned size, and what it is made of can be told",
  async (t) => {
    const { image, kernelRelease, packages, folders } = await soundBuild(t);
    const MiB = 1024 * 1024;
    t.is((await stat(image.path)).size, (1 + 1 + 64 + 2 * (64 + 256) + 128 + 1) * MiB);
    t.is(kernelRelease, "6.12.104");
    const software = await readSoftware(packages, checkout, folders);
    t.deepEqual(
      software.map(({ name }) => name),
      ["busybox", "halfbridge", "initscripts", "linux"],
    );
    t.deepEqual(
      software.map(({ version }) => version),
      ["1.37.0", "0.1.0", checkout.version, "6.12.104"],
    );
    const [heaviest] = await weighTarget(folders);
    t.is(heaviest?.from, "halfbridge");
    t.regex(await readFile(folders.log, "utf8"), />>> halfbridge 0\.1\.0 Building/);
  },
);

test.serial("a package of the user's own source isn't told as its recipe's version", async (t) => {
  const variables = { STAND_IN_VARIABLES: "BUSYBOX_OVERRIDE_SRCDIR=/srv/busybox" };
  const { packages, folders } = await build(t, variables);
  const [busybox, halfbridge] = await readSoftware(packages, checkout, folders);
  t.is(busybox?.version, "custom");
  t.is(busybox?.downloads, undefined);
  t.is(halfbridge?.version, "0.1.0");
});

test.serial("the root file system gets the overlay, without Buildroot's own rules and links", async (t) => {
  const { folders } = await soundBuild(t);
  const at = (path: string) => existsSync(join(folders.output, "target", path));
  t.true(at("etc/halfbridge/setups/built/facts"));
  t.true(at("etc/init.d/rcS"));
  t.true(at("usr/bin/nc.openbsd"));
  t.true(at("usr/bin/grub-editenv"));
  t.false(at("etc/init.d/S35iptables"));
  t.false(at("etc/init.d/S40network"));
});

test.serial("no program of the root file system makes a user root", async (t) => {
  const { folders } = await soundBuild(t);
  const { mode } = await stat(join(folders.output, "target", "usr", "bin", "busybox"));
  t.is(mode & 0o7777, 0o755);
});

test.serial("nothing is writable for every user but what is sticky, as /tmp", async (t) => {
  const { folders } = await soundBuild(t);
  const modeOf = async (path: string) => (await stat(join(folders.output, "target", path))).mode & 0o7777;
  t.is(await modeOf("etc/network"), 0o775);
  t.is(await modeOf("tmp"), 0o1777);
});

test.serial(
  "what the overlay no longer has is gone from the next build, what a user's has stays",
  async (t) => {
    const own = await temporaryFolder(t);
    await writeFiles(own, { "etc/halfbridge/lists/own.txt": "x" });
    const overlays = `$(BR2_EXTERNAL_HALFBRIDGE_PATH)/board/halfbridge/rootfs_overlay ${own}`;
    const user = { text: `BR2_ROOTFS_OVERLAY="${overlays}"\n`, source: "x" };
    const work = await temporaryFolder(t);
    const inOverlay = (path: string) => textFile(`/board/halfbridge/rootfs_overlay${path}`, "x");
    const earlier = ["/etc/halfbridge/lists/stale.txt", "/etc/init.d/S99stale"];
    const { folders } = await build(t, {}, user, work, earlier.map(inOverlay));
    const at = (path: string) => existsSync(join(folders.output, "target", path));
    t.deepEqual(earlier.map(at), [true, true]);
    await build(t, {}, user, work);
    t.deepEqual(earlier.map(at), [false, false]);
    t.true(at("/etc/halfbridge/lists/own.txt"));
  },
);

for (const model of [board, rockPiE]) {
  test.serial(`a second build of ${model.name} has the same bytes, its FATs' included`, async (t) => {
    const work = await temporaryFolder(t);
    const again = () => buildFor(model, work);
    const first = join(work, "first.img");
    await rename((await again()).image.path, first);
    // the stand-in's disk begins with all that is in it
    await t.notThrowsAsync(run(["cmp", "--bytes=50331648", first, (await again()).image.path]));
    const serial = fixedGuid(model.name, "first-serial").slice(0, 8);
    const fat = await readFile(join(work, "output", "images", "first.vfat"), "latin1");
    t.is(fat.slice(0, 12), `FAT ${serial}`);
  });
}

test.serial("both scripts run under BusyBox's shell, too", async (t) => {
  await t.notThrowsAsync(build(t, { STAND_IN_SHELL: "busybox ash" }));
});

test.serial("a line that Buildroot drops without a word is an error that names it", async (t) => {
  const error = await failure(t, { STAND_IN_DROPS: "BR2_PACKAGE_HALFBRIDGE,BR2_PACKAGE_HOST_GENIMAGE" });
  t.true(error instanceof ToolError);
  t.regex(
    error.message,
    /has dropped lines .*\n {2}BR2_PACKAGE_HALFBRIDGE=y\n {2}BR2_PACKAGE_HOST_GENIMAGE=y\n/,
  );
});

test.serial("a dropped line that the user asked for is the user's fault, by its file", async (t) => {
  const user = { text: "BR2_PACKAGE_NANOO=y\n", source: "my.fragment" };
  const error = await failure(t, { STAND_IN_DROPS: "BR2_PACKAGE_NANOO" }, user);
  t.true(error instanceof InputError);
  t.regex(error.message, /^my\.fragment: BR2_PACKAGE_NANOO=y has no effect/);
});

test.serial("what the user turns off may be something that there isn't, however they say it", async (t) => {
  const user = { text: "BR2_PACKAGE_NANO=n\n# BR2_PACKAGE_VIM is not set\n", source: "my.fragment" };
  await t.notThrowsAsync(build(t, { STAND_IN_DROPS: "BR2_PACKAGE_NANO,BR2_PACKAGE_VIM" }, user));
  const error = await failure(t, { STAND_IN_TURNS_ON: "BR2_PACKAGE_VIM" }, user);
  t.true(error instanceof InputError);
  t.regex(error.message, /^my\.fragment: # BR2_PACKAGE_VIM is not set has no effect/);
});

test.serial("a folder with a space in its path is refused, which Buildroot would take for two", async (t) => {
  const folder = join(await temporaryFolder(t), "my builds");
  const error = await failure(t, {}, nothing, folder);
  t.true(error instanceof InputError);
  t.regex(error.message, /my builds: has a space in its path/);
  await writeFiles(folder, { Makefile: "export BR2_VERSION := 2025.02.12\n" });
  await t.throwsAsync(openCheckout(folder), { instanceOf: InputError, message: /has a space in its path/ });
});

test.serial("kernel options that are dropped without a word are an error that names them", async (t) => {
  const error = await failure(t, { STAND_IN_KERNEL_DROPS: "BRIDGE_EBT_BROUTE,NETFILTER_XT_TARGET_TPROXY" });
  t.regex(
    error.message,
    /^the kernel \(linux-6\.12\.104\) is configured without CONFIG_BRIDGE_EBT_BROUTE, CONFIG_NETFILTER_XT_TARGET_TPROXY\n/,
  );
});

test.serial("a build that ends with 0 and without an image is an error", async (t) => {
  const error = await failure(t, { STAND_IN_NO_IMAGE: "1" });
  t.regex(
    error.message,
    /^Buildroot ended without an error, but hasn't made images\/halfbridge\.img, images\/boot\.squashfs\n/,
  );
});

test.serial("an image that an earlier build left doesn't pass for a new one", async (t) => {
  const work = await temporaryFolder(t);
  await build(t, {}, nothing, work);
  const error = await failure(t, { STAND_IN_NO_IMAGE: "1" }, nothing, work);
  t.regex(error.message, /hasn't made images\/halfbridge\.img/);
});

test.serial("a build that fails shows how, and where all that was said is", async (t) => {
  const work = await temporaryFolder(t);
  const error = await failure(t, { STAND_IN_FAILS: "all" }, nothing, work);
  t.true(error instanceof ToolError);
  t.regex(error.message, / {2}\| >>> stand-in 1\.0 Building\n/);
  t.regex(error.message, / {2}\| cc1: error: as it was told to\n/);
  t.true(error.message.includes(`all that it said is in ${work}/build.log`));
  t.regex(await readFile(join(work, "build.log"), "utf8"), /cc1: error: as it was told to/);
});

for (const [lost, what] of [
  ["setpriv", "program setpriv"],
  ["grub-editenv", "program grub-editenv"],
  ["ebtable_broute", "kernel module ebtable_broute"],
] as const) {
  test.serial(`a root file system without ${lost} isn't made into an image`, async (t) => {
    const error = await failure(t, { STAND_IN_LOSES: lost });
    t.true(error.message.includes("halfbridge: the root file system lacks"), error.message);
    t.true(error.message.includes(`  ${what}`), error.message);
  });
}

test.serial("a runtime that was stripped once more isn't made into an image", async (t) => {
  const error = await failure(t, { STAND_IN_STRIPS: "1" });
  t.true(error.message.includes("file as it was made: usr/lib/halfbridge/runtime/node.elf"), error.message);
});

/** A build of another kind after a first one: is what was built before still there? */
async function isKept(
  t: ExecutionContext,
  user = nothing,
  otherFiles: readonly Entry[] = [],
  variables: Readonly<Record<string, string>> = {},
) {
  const work = await temporaryFolder(t);
  const { folders } = await build(t, variables, nothing, work);
  const kept = join(folders.output, "build", "kept");
  await writeFiles("/", { [kept.slice(1)]: "" });
  await build(t, variables, user, work, otherFiles);
  return { kept: existsSync(kept), folders };
}

test.serial("another configuration begins anew, and the same one goes on", async (t) => {
  t.true((await isKept(t)).kept);
  const another = { text: "BR2_PACKAGE_NANO=y\n", source: "x" };
  t.false((await isKept(t, another)).kept);
});

test.serial("what only says how to build begins nothing anew, but a wrapped compiler does", async (t) => {
  const how = { text: 'BR2_JLEVEL=1\nBR2_DL_DIR="/srv/dl"\n', source: "x" };
  t.true((await isKept(t, how)).kept);
  t.false((await isKept(t, { text: "BR2_CCACHE=y\n", source: "x" })).kept);
});

test.serial("other sources in place of Buildroot's begin anew", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "local.mk": "NANO_OVERRIDE_SRCDIR = /srv/nano\n" });
  const user = { text: `BR2_PACKAGE_OVERRIDE_FILE="${folder}/local.mk"\n`, source: "x" };
  const work = await temporaryFolder(t);
  const { folders } = await build(t, {}, user, work);
  const kept = join(folders.output, "build", "kept");
  await writeFiles("/", { [kept.slice(1)]: "" });
  await build(t, {}, user, work);
  t.true(existsSync(kept));
  await writeFiles(folder, { "local.mk": "NANO_OVERRIDE_SRCDIR = /srv/nano-2\n" });
  await build(t, {}, user, work);
  t.false(existsSync(kept));
});

const fragmentOf = (tree: readonly Entry[]) =>
  textOf(tree.find(({ path }) => path === "/board/halfbridge/linux.fragment"));

test.serial("other options of the kernel's have only the kernel built anew", async (t) => {
  const text = `${fragmentOf(await treeFor())}CONFIG_WARP_DRIVE=y\n`;
  const other = [textFile("/board/halfbridge/linux.fragment", text)];
  const { kept, folders } = await isKept(t, nothing, other);
  t.true(kept);
  const configured = await readFile(join(folders.output, "build", "linux-6.12.104", ".config"), "utf8");
  t.regex(configured, /^CONFIG_WARP_DRIVE=y$/m);
  t.regex(await readFile(folders.log, "utf8"), />>> linux 6\.12\.104 Building/);
  t.notRegex(await readFile(folders.log, "utf8"), />>> busybox 1\.37\.0 Building/);
});

test.serial("where something else is built with the kernel, other options begin all anew", async (t) => {
  const text = `${fragmentOf(await treeFor())}CONFIG_WARP_DRIVE=y\n`;
  const other = [textFile("/board/halfbridge/linux.fragment", text)];
  t.false((await isKept(t, nothing, other, { STAND_IN_KERNEL_USERS: '"warp-module"' })).kept);
});

test.serial(
  "while a package takes long, it is told with what is done of all and what was made last",
  async (t) => {
    const said = await saidWhile(() => build(t, { STAND_IN_SLOW: "linux" }));
    t.regex(
      said,
      /^… Build with Buildroot \d\.\d s: 2 of 4 packages, linux 6\.12\.104: Building for 0 s, src\/linux\.o$/m,
    );
  },
);

test("what people keep in their environment becomes configuration, and a fragment goes before it", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "my.fragment": "BR2_CCACHE=n\n" });
  const environment = { BR2_DL_DIR: "/srv/dl", BR2_CCACHE: "y", BR2_PRIMARY_SITE: "", HOME: "/root" };
  const { text, source } = await readUserSettings(join(folder, "my.fragment"), environment);
  t.is(text, 'BR2_DL_DIR="/srv/dl"\nBR2_CCACHE=y\nBR2_CCACHE=n\n');
  t.is(source, join(folder, "my.fragment"));
  await t.throwsAsync(readUserSettings(join(folder, "missing"), {}), {
    instanceOf: InputError,
    message: /missing: no such file \(name a file with lines of a defconfig\)/,
  });
});

test("a folder that isn't Buildroot's, or an old Buildroot's, is refused", async (t) => {
  const folder = await temporaryFolder(t);
  await t.throwsAsync(openCheckout(folder), { instanceOf: InputError, message: /no Makefile is there/ });
  await writeFiles(folder, { Makefile: "all:\n" });
  await t.throwsAsync(openCheckout(folder), { message: /its Makefile isn't Buildroot's/ });
  await writeFiles(folder, { Makefile: "export BR2_VERSION := 2024.11.1\n" });
  await t.throwsAsync(openCheckout(folder), { message: /is Buildroot 2024\.11\.1 \(2025\.02 is the first/ });
  await writeFiles(folder, { Makefile: "export BR2_VERSION := 2025.02.12\n" });
  const link = join(folder, "link");
  await symlink(folder, link);
  t.deepEqual(await openCheckout(link), { directory: folder, version: "2025.02.12" });
});
