/**
 * What only a Buildroot source tree can say. HALFBRIDGE_BUILDROOT names one; without it these tests say that they
 * were skipped, and what they would have proven. Nothing is downloaded or compiled but Kconfig's own program.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { openCheckout } from "../../../build/base/buildroot/checkout.ts";
import { configure } from "../../../build/base/buildroot/configure.ts";
import { readPackages } from "../../../build/base/buildroot/package-info.ts";
import { readSoftware } from "../../../build/base/buildroot/software.ts";
import { type Board, readAllBoards } from "../../../build/config/board.ts";
import { InputError } from "../../../build/core/faults.ts";
import { run } from "../../../build/core/run.ts";
import { writeTree } from "../../../build/core/tree.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { buildrootBoard } from "../../../build/base/buildroot/board.ts";
import { planFor, rockPiE, treeFor } from "./trees.ts";

const directory = process.env["HALFBRIDGE_BUILDROOT"];

const boards = (await readAllBoards()).filter(isBuilt);

function isBuilt(board: Board): boolean {
  try {
    buildrootBoard(planFor(board));
    return true;
  } catch {
    return false;
  }
}

/** Skipped aloud where there is no tree. */
function withTree(title: string, work: (t: ExecutionContext, tree: string) => Promise<void>): void {
  if (directory !== undefined) {
    test.serial(title, (t) => work(t, directory));
    return;
  }
  test.skip(`${title} (HALFBRIDGE_BUILDROOT names no Buildroot tree: NOT PROVEN)`, () => {});
}

/** A tree for a board, configured by Buildroot. */
async function configured(t: ExecutionContext, buildroot: string, board: Board, fragment = "") {
  const checkout = await openCheckout(buildroot);
  const work = await temporaryFolder(t);
  const folders = {
    external: join(work, "external"),
    output: join(work, "output"),
    log: join(work, "build.log"),
  };
  await mkdir(folders.output);
  await writeTree(await treeFor(board, fragment), folders.external);
  const user = { text: fragment, source: "my.fragment" };
  return { checkout, folders, run: () => configure(`${board.name}_defconfig`, user, checkout, folders) };
}

for (const board of boards) {
  withTree(`Buildroot takes every line of the configuration of ${board.name}`, async (t, tree) => {
    const { run: configureIt } = await configured(t, tree, board);
    await t.notThrowsAsync(configureIt());
  });
}

withTree("a symbol that this Buildroot doesn't know is named, though make ends with 0", async (t, tree) => {
  const fragment = "BR2_PACKAGE_WARP_DRIVE=y\n";
  const { run: configureIt } = await configured(t, tree, rockPiE, fragment);
  const error = await t.throwsAsync(configureIt(), { instanceOf: InputError });
  t.regex(error?.message ?? "", /^my\.fragment: BR2_PACKAGE_WARP_DRIVE=y has no effect/);
});

withTree(
  "what the user turns off, or adds to lists of files, Buildroot takes as it is meant",
  async (t, tree) => {
    const fragment = `BR2_REPRODUCIBLE=n\nBR2_PACKAGE_NANO_TINY=n\nBR2_ROOTFS_OVERLAY="/srv/mine"\n`;
    const { folders, run: configureIt } = await configured(t, tree, rockPiE, fragment);
    await t.notThrowsAsync(configureIt());
    const config = await readFile(join(folders.output, ".config"), "utf8");
    t.regex(config, /^# BR2_REPRODUCIBLE is not set$/m);
    t.regex(config, /^BR2_ROOTFS_OVERLAY="\S+\/rootfs_overlay \/srv\/mine"$/m);
  },
);

withTree("a kernel that the user has from elsewhere takes the place of the tree's", async (t, tree) => {
  const fragment = `BR2_LINUX_KERNEL_CUSTOM_TARBALL=y\nBR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION="file:///srv/linux.tar.xz"\n`;
  const { run: configureIt } = await configured(t, tree, rockPiE, fragment);
  await t.notThrowsAsync(configureIt());
});

withTree(
  "Buildroot says which software is in the image, the proxy and its programs included",
  async (t, tree) => {
    const { checkout, folders, run: configureIt } = await configured(t, tree, rockPiE);
    await configureIt();
    const packages = await readPackages(checkout, folders);
    const names = new Set((await readSoftware(packages, checkout, folders)).map(({ name }) => name));
    for (const name of [
      "busybox",
      "ebtables",
      "halfbridge",
      "iptables",
      "linux",
      "ndppd",
      "nftables",
      "uboot",
    ])
      t.true(names.has(name), name);
  },
);

withTree("Buildroot's own check of packages finds nothing in the tree", async (t, tree) => {
  const { checkout, folders } = await configured(t, tree, rockPiE);
  const { stdout } = await run(["find", folders.external, "-type", "f"]);
  const files = stdout
    .trim()
    .split("\n")
    .filter((file) => !/\/(payload|rootfs_overlay\/(etc\/halfbridge|usr))\//.test(file));
  const check = [
    join(checkout.directory, "utils", "check-package"),
    "--br2-external",
    `--ignore-list=${join(folders.external, ".checkpackageignore")}`,
    ...files,
  ];
  const result = await run(check, { okCodes: [0, 1, 2] });
  if (/ModuleNotFoundError/.test(result.stderr)) {
    t.log("NOT PROVEN: check-package needs Python's flake8 and magic, which this machine lacks");
    t.pass();
    return;
  }
  t.is(result.exitCode, 0, result.stdout + result.stderr);
});
