import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { InputError } from "../../../build/core/faults.ts";
import { buildrootBoard } from "../../../build/base/buildroot/board.ts";
import { exportExternalTree } from "../../../build/base/buildroot/export.ts";
import { printGrubEnvironment } from "../../../build/base/buildroot/grub-disk.ts";
import { printKernelFragment } from "../../../build/base/buildroot/kernel-fragment.ts";
import { symbolOfModule } from "../../../build/base/buildroot/module-symbols.ts";
import { readAllBoards, readBoardByName, type Board } from "../../../build/config/board.ts";
import { assertGolden } from "../../golden.ts";
import { textOf } from "../../payload/setup-files.ts";
import { board } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { payload, planFor, rockPiE, treeFor } from "./trees.ts";

const models = [board, await readBoardByName("arm64-uefi"), rockPiE];
const tree = await treeFor();
const text = (path: string) => textOf(tree.find((entry) => entry.path === path));
const folder = "/board/halfbridge";

test("what Buildroot reads of a tree is there, by the names that its manual gives", (t) => {
  t.is(text("/external.desc").split("\n")[0], "name: HALFBRIDGE");
  for (const path of ["/Config.in", "/external.mk", "/configs/x86-64_defconfig"]) t.not(text(path), "", path);
});

for (const file of ["linux.fragment", "busybox.fragment", "image.conf"]) {
  test(`${file} is as it was reviewed`, (t) =>
    assertGolden(t, `buildroot/${file}`, text(`${folder}/${file}`)));
}

for (const model of models) {
  test(`the configuration of ${model.name} is as it was reviewed`, async (t) => {
    const others = await treeFor(model);
    const find = (path: string) => textOf(others.find((entry) => entry.path === path));
    await assertGolden(t, `buildroot/${model.name}_defconfig`, find(`/configs/${model.name}_defconfig`));
    await assertGolden(t, `buildroot/${model.name}-genimage.cfg`, find(`${folder}/genimage.cfg`));
  });
}

test("every file that the configuration names is in the tree", (t) => {
  const named = [
    ...text("/configs/x86-64_defconfig").matchAll(/\$\(BR2_EXTERNAL_HALFBRIDGE_PATH\)([^"]*)"/g),
  ];
  t.true(named.length >= 7);
  for (const [, path = ""] of named)
    t.true(
      tree.some((entry) => entry.path.startsWith(path)),
      path,
    );
});

test("software is in the package, and what the site says is in the overlay", (t) => {
  const has = (path: string) => tree.some((entry) => entry.path === path);
  t.true(has("/package/halfbridge/payload/usr/lib/halfbridge/runtime/node.elf"));
  t.false(has(`${folder}/rootfs_overlay/usr/lib/halfbridge/runtime/node.elf`));
  for (const { path } of payload.configuration) t.true(has(`${folder}/rootfs_overlay${path}`), path);
});

test("Buildroot's check ignores an init script's indentation only where that isn't Buildroot's", (t) => {
  const ignored = text("/.checkpackageignore").split("\n");
  const checksOf = (name: string) => ignored.find((line) => line.includes(`/${name} `))?.replace(/^\S+ /, "");
  t.is(checksOf("S00system"), "lib_sysv.Indent lib_sysv.Variables");
  t.is(checksOf("S10guard"), "lib_sysv.Variables");
});

test("no program is looked for that BusyBox was told to leave out", (t) => {
  const looked = text(`${folder}/programs`).split("\n");
  const off = [...text(`${folder}/busybox.fragment`).matchAll(/^# CONFIG_(\w+) is not set$/gm)];
  t.true(off.length > 0);
  for (const [, symbol = ""] of off) t.false(looked.includes(symbol.toLowerCase()), symbol);
});

test("a slot on trial settles itself, by programs that the board's loader goes with", async (t) => {
  const overlay = `${folder}/rootfs_overlay`;
  t.true(tree.some(({ path }) => path === `${overlay}/usr/sbin/halfbridge-slot`));
  t.regex(text(`${overlay}/etc/inittab`), /^::once:\/usr\/sbin\/halfbridge-slot settle$/m);
  const programsOf = async (model: Board) => {
    const others = await treeFor(model);
    const list = textOf(others.find(({ path }) => path === `${folder}/programs`)).split("\n");
    return list.filter((name) => /^(fw_.*|grub-.*)$/.test(name));
  };
  t.deepEqual(await programsOf(board), ["grub-editenv"]);
  t.deepEqual(await programsOf(rockPiE), ["fw_printenv", "fw_setenv"]);
});

test("every option of the plan and every module's symbol is asked for, and held against the kernel later", (t) => {
  const { kernel } = planFor();
  const { needed, text: fragment } = printKernelFragment(planFor());
  for (const option of kernel.options) t.true(needed.includes(option), option);
  for (const module of Object.values(kernel.modules).flat()) {
    const symbol = symbolOfModule[module.replaceAll("-", "_")] as string;
    t.true(needed.includes(symbol), module);
  }
  for (const symbol of needed) t.regex(fragment, new RegExp(`^CONFIG_${symbol}=[ym]$`, "m"));
  // the initramfs has no modules
  for (const symbol of ["VIRTIO_BLK", "SQUASHFS", "OVERLAY_FS", "EXT4_FS"]) {
    t.regex(fragment, new RegExp(`^CONFIG_${symbol}=y$`, "m"));
  }
});

test("the kernel writes to a screen that the firmware has set up, and has no drivers for sound", (t) => {
  const { text: fragment } = printKernelFragment(planFor());
  for (const symbol of ["FRAMEBUFFER_CONSOLE", "DRM_SIMPLEDRM", "SYSFB_SIMPLEFB"]) {
    t.regex(fragment, new RegExp(`^CONFIG_${symbol}=y$`, "m"));
  }
  t.regex(fragment, /^# CONFIG_SOUND is not set$/m);
});

test("what hardens the kernel is asked for on every CPU, and held against the kernel later", (t) => {
  for (const model of models) {
    const { needed, text: fragment } = printKernelFragment(planFor(model));
    for (const symbol of ["FORTIFY_SOURCE", "HARDENED_USERCOPY", "SLAB_FREELIST_HARDENED", "SYN_COOKIES"]) {
      t.true(needed.includes(symbol), symbol);
      t.regex(fragment, new RegExp(`^CONFIG_${symbol}=y$`, "m"));
    }
  }
});

test("no kernel needs OpenSSL to be built, which Buildroot isn't told to have", (t) => {
  for (const model of [board, rockPiE]) {
    t.false(buildrootBoard(planFor(model)).kernel.join("\n").includes("OPENSSL"));
    t.regex(printKernelFragment(planFor(model)).text, /^# CONFIG_SYSTEM_TRUSTED_KEYRING is not set$/m);
  }
});

test("a compiler for the Cortex-M0 is only asked for where the chip has one", async (t) => {
  const asked = async (name: string) => {
    const others = await treeFor(await readBoardByName(name));
    const defconfig = textOf(others.find(({ path }) => path === `/configs/${name}_defconfig`));
    return defconfig.includes("NEEDS_ARM32_TOOLCHAIN=y");
  };
  t.false(await asked("rock-pi-e")); // RK3328
  t.true(await asked("rockpro64")); // RK3399
});

test("an arm64 kernel has no drivers for chips of other makers than the board's own", (t) => {
  const offFor = (model: Board) => printKernelFragment(planFor(model)).text;
  t.regex(offFor(rockPiE), /^# CONFIG_ARCH_QCOM is not set$/m);
  const dtb = { compatible: "some", file: "qcom/some.dtb" };
  t.notRegex(offFor({ ...rockPiE, deviceTree: dtb }), /ARCH_QCOM/);
  t.notRegex(offFor(board), /ARCH_QCOM/); // a PC
});

test("the modules of all boards have a known symbol", async (t) => {
  for (const { name, kernel } of await readAllBoards()) {
    const { storageModules, networkModules, otherModules = [] } = kernel;
    for (const module of [...storageModules, ...networkModules, ...otherModules]) {
      t.truthy(symbolOfModule[module.replaceAll("-", "_")], `${name}: ${module}`);
    }
  }
});

test("a module that nobody knows the symbol of is named", (t) => {
  const odd = { ...board, kernel: { ...board.kernel, networkModules: ["e1000", "warp_drive", "flux"] } };
  const error = t.throws<InputError>(() => printKernelFragment(planFor(odd)), { instanceOf: InputError });
  t.is(error?.faults[0]?.fact, "nothing is known of the kernel option behind warp_drive, flux");
});

test("GRUB's environment block is one that GRUB reads: 1024 bytes, padded", (t) => {
  const block = printGrubEnvironment();
  t.is(Buffer.byteLength(block), 1024);
  t.regex(block, /^# GRUB Environment Block\nORDER=A B\nA_OK=1\n(?:\w+=\d\n)*#+$/);
});

test("what the user says goes before what the tree says, and whoever speaks of the toolchain says all of it", async (t) => {
  const own = await treeFor(
    board,
    [
      "# a comment",
      'BR2_DL_DIR="/srv/dl"',
      "BR2_REPRODUCIBLE=n",
      "BR2_TOOLCHAIN_EXTERNAL=y",
      "BR2_TOOLCHAIN_EXTERNAL_CUSTOM=y",
    ].join("\n"),
  );
  const lines = textOf(own.find(({ path }) => path === "/configs/x86-64_defconfig")).split("\n");
  t.true(lines.includes('BR2_DL_DIR="/srv/dl"'));
  t.deepEqual(
    lines.filter((line) => line.includes("BR2_REPRODUCIBLE")),
    ["# BR2_REPRODUCIBLE is not set"], // as .config will say it
  );
  t.true(lines.includes("BR2_TOOLCHAIN_EXTERNAL_CUSTOM=y"));
  t.false(lines.some((line) => line.includes("BOOTLIN")));
  t.true(text("/configs/x86-64_defconfig").includes("BR2_TOOLCHAIN_EXTERNAL_BOOTLIN_X86_64_GLIBC_STABLE=y"));
});

test("a kernel of the user's, by where it is from, takes the place of the tree's", async (t) => {
  const kernelOf = async (fragment: string) => {
    const own = await treeFor(board, fragment);
    const defconfig = textOf(own.find(({ path }) => path === "/configs/x86-64_defconfig"));
    return defconfig.split("\n").filter((line) => /KERNEL_(CUSTOM|LATEST)/.test(line));
  };
  t.is((await kernelOf("")).length, 2);
  t.deepEqual(await kernelOf("BR2_LINUX_KERNEL_LATEST_VERSION=y\n"), ["BR2_LINUX_KERNEL_LATEST_VERSION=y"]);
  const other = 'BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE="6.12.1"';
  t.deepEqual(await kernelOf(other), ["BR2_LINUX_KERNEL_CUSTOM_VERSION=y", other]);
});

test("files and folders of the user's are added to the tree's own, which the image can't do without", async (t) => {
  const lineOf = async (name: string, fragment: string) => {
    const own = await treeFor(board, fragment);
    const defconfig = textOf(own.find(({ path }) => path === "/configs/x86-64_defconfig"));
    return defconfig.split("\n").filter((line) => line.includes(`${name}=`));
  };
  const ours = "$(BR2_EXTERNAL_HALFBRIDGE_PATH)/board/halfbridge/rootfs_overlay";
  t.deepEqual(await lineOf("BR2_ROOTFS_OVERLAY", 'BR2_ROOTFS_OVERLAY="/srv/a /srv/b"\n'), [
    `BR2_ROOTFS_OVERLAY="${ours} /srv/a /srv/b"`,
  ]);
  const before = `BR2_ROOTFS_OVERLAY="/srv/a ${ours}"`;
  t.deepEqual(await lineOf("BR2_ROOTFS_OVERLAY", before), [before]);
  t.deepEqual(await lineOf("BR2_STRIP_EXCLUDE_DIRS", 'BR2_STRIP_EXCLUDE_DIRS="/opt"\n'), [
    'BR2_STRIP_EXCLUDE_DIRS="/usr/lib/halfbridge /opt"',
  ]);
  const version = 'BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE="6.12.1"';
  t.deepEqual(await lineOf("BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE", version), [version]);
});

test("an exported tree says how to build with it, by names that are in it", async (t) => {
  const exported = await temporaryFolder(t);
  await exportExternalTree(planFor(), { ...payload, packages: [] }, exported);
  const readme = await readFile(join(exported, "README.md"), "utf8");
  const defconfig = await readFile(join(exported, "configs", "x86-64_defconfig"), "utf8");
  for (const [, symbol = ""] of readme.matchAll(/`(BR2_\w+)`/g))
    t.regex(defconfig, new RegExp(`^(${symbol}=.*|# ${symbol} is not set)$`, "m"));
  t.true(readme.includes("x86-64_defconfig"));
});

test("a board that Buildroot isn't told of is refused with the reason", (t) => {
  const odd = planFor({ ...board, arch: "armhf" });
  const error = t.throws<InputError>(() => buildrootBoard(odd), { instanceOf: InputError });
  t.is(error?.faults[0]?.path, "/arch");
});
