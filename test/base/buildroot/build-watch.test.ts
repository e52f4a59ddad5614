import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { watchBuild } from "../../../build/base/buildroot/build-watch.ts";
import { writeFiles } from "../../payload/scripts.ts";
import { saidWhile } from "../../said-while.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const packages = [
  { type: "host", name: "m4", stamp_dir: "build/host-m4-1.4" },
  { type: "target", name: "toolchain", virtual: true, stamp_dir: "build/toolchain" },
  { type: "target", name: "linux", stamp_dir: "build/linux-6.12" },
  { type: "rootfs", name: "squashfs" },
] as const;

/** What is told after some lines. */
async function activityAfter(t: ExecutionContext, lines: readonly string[], done: readonly string[] = []) {
  const output = await temporaryFolder(t);
  const marks = done.map((folder) => [join("build", folder, ".stamp_installed"), ""]);
  await writeFiles(output, Object.fromEntries(marks) as Record<string, string>);
  const watch = watchBuild(packages, output);
  for (const line of lines) watch.onLine(line);
  return watch.activity();
}

test("before Buildroot says anything, what earlier runs have built is told", async (t) => {
  t.is(await activityAfter(t, []), "0 of 3 packages");
  t.is(await activityAfter(t, [], ["host-m4-1.4", "toolchain"]), "2 of 3 packages");
});

test("a package is told by its version, its step and the file that was made last", async (t) => {
  const said = ["\u001B[7m>>> linux 6.12 Building\u001B[27m", "  CC [M]  net/bridge/br.o", "warning: unused"];
  t.is(await activityAfter(t, said), "0 of 3 packages, linux 6.12: Building for 0 s, net/bridge/br.o");
});

test("a package without a version, and what concerns no package, are told as they are", async (t) => {
  t.is(
    await activityAfter(t, [">>> toolchain  Configuring"]),
    "0 of 3 packages, toolchain: Configuring for 0 s",
  );
  t.is(
    await activityAfter(t, [">>>   Executing post-image script /srv/tree/board/post-image.sh"]),
    "0 of 3 packages, Executing post-image script post-image.sh for 0 s",
  );
});

for (const [how, line, file] of [
  ["kbuild", "  LD      drivers/net/built-in.o", "drivers/net/built-in.o"],
  ["automake", "  CC       libmnl_la-nlmsg.lo", "libmnl_la-nlmsg.lo"],
  ["CMake", "[ 12%] Building C object src/CMakeFiles/x.dir/a.c.o", "src/CMakeFiles/x.dir/a.c.o"],
  ["Meson", "[3/40] Compiling C object libkmod.so.p/libkmod_a.c.o", "libkmod.so.p/libkmod_a.c.o"],
  ["a plain makefile", "gcc -O2 -c -o src/ndppd.o src/ndppd.cc", "src/ndppd.o"],
] as const) {
  test(`the file that was made last is told as ${how} prints it`, async (t) => {
    const told = await activityAfter(t, [">>> some 1 Building", line]);
    t.true(told.endsWith(`, ${file}`), told);
  });
}

test("another step of the same package has no file of its own yet", async (t) => {
  const said = [">>> linux 6.12 Building", "  CC      a.o", ">>> linux 6.12 Installing to target"];
  t.is(await activityAfter(t, said), "0 of 3 packages, linux 6.12: Installing to target for 0 s");
});

test.serial("a package that took long gets a line when the next one begins, and no other does", async (t) => {
  const output = await temporaryFolder(t);
  const lines = [
    ">>> linux 6.12 Building",
    ">>> linux 6.12 Installing to target",
    ">>> host-m4 1.4 Building",
  ];
  const saidAt = (noteworthyMs: number) =>
    saidWhile(() => {
      const watch = watchBuild(packages, output, { everyMs: 1, noteworthyMs });
      for (const line of lines) watch.onLine(line);
    });
  t.is(await saidAt(0), "  linux 6.12 0 s (0 of 3 packages)\n");
  t.is(await saidAt(60_000), "");
});
