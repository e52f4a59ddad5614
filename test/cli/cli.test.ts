import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import { run } from "../../build/core/run.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { halfbridge } from "./halfbridge.ts";

/** In a process of its own. */
const alone = (...argv: string[]) => aloneWith({}, ...argv);

const aloneWith = (env: Readonly<Record<string, string>>, ...argv: string[]) =>
  run([process.execPath, join(projectRoot, "build/cli/main.ts"), ...argv], {
    cwd: projectRoot,
    okCodes: [0, 1, 2],
    env: {
      ...{ HALFBRIDGE_BUILDROOT: "", HALFBRIDGE_IMAGEBUILDER: "", HALFBRIDGE_OPENWRT_SOURCE: "" },
      ...env,
    },
  });

async function brokenSite(t: ExecutionContext): Promise<string> {
  const file = join(await temporaryFolder(t), "broken.yaml");
  await writeFile(file, "name: x\nmode: half-bridge\nlan: 10.1.2.0/24\n");
  return file;
}

test("a command in a process of its own says and ends the same as one among many", async (t) => {
  const site = await brokenSite(t);
  for (const argv of [["--help"], ["check", site], ["check", "--json", site], ["plan"], ["flash"], []])
    t.deepEqual(await alone(...argv), await halfbridge(...argv), argv.join(" "));
});

test("every command has its own help", async (t) => {
  for (const command of [
    "boards",
    "board new",
    "board check",
    "check",
    "plan",
    "size",
    "build",
    "export",
    "flash",
    "lab",
    "test",
    "clean",
  ]) {
    const { stdout, exitCode } = await halfbridge(...command.split(" "), "--help");
    t.is(exitCode, 0, command);
    t.regex(stdout, new RegExp(`^Usage: halfbridge ${command}`), command);
  }
});

test("check finds the boards and sites of the checkout sound", async (t) => {
  const { stdout, exitCode } = await alone("check");
  t.is(exitCode, 0);
  t.regex(stdout, /sites\/example\.yaml: a sound site/);
  t.regex(stdout, /sites\/full-bridge\.yaml: a sound site/);
  t.regex(stdout, /sites\/school\.yaml: a sound site\n {2}ads: 5 names, 0 patterns and URLs\n/);
});

test("faulty input ends with exit code 1 and a line for every fault, of the board and the site alike", async (t) => {
  const { stderr, stdout, exitCode } = await alone("build", "x86-65", "--site", await brokenSite(t));
  t.is(exitCode, 1);
  t.is(stdout, "");
  t.regex(stderr, /^board-configs: no board is called "x86-65"/m);
  t.regex(stderr, /broken\.yaml: \/dialect: is missing/);
  t.regex(stderr, /broken\.yaml: \/capture: is missing/);
});

test("a part of the matrix that promises nothing is refused before anything is built", async (t) => {
  for (const part of [
    ["--mode", "proxy-arp", "--claim", "bridged-frames"],
    ["--dialect", "nft", "--claim", "same-in-both-dialects"],
    ["--mode", "proxy-arp", "--claim", "bridged-frames", "--imagebuilder", "nowhere"],
  ]) {
    const { stderr, stdout, exitCode } = await halfbridge("test", ...part);
    t.is(exitCode, 1);
    t.is(stdout, "");
    t.true(
      stderr.includes(`${part.slice(0, 4).join(" ")}: none of these set-ups promises that claim`),
      stderr,
    );
  }
});

test("base buildroot says what it wants, and refuses what isn't a Buildroot tree", async (t) => {
  const build = ["build", "x86-64", "--base", "buildroot"];
  const without = await halfbridge(...build);
  t.is(without.exitCode, 1);
  t.regex(
    without.stderr,
    /^--buildroot: base buildroot needs a source tree \(give its folder, or set HALFBRIDGE_BUILDROOT\)$/m,
  );
  const wrong = await halfbridge(...build, "--buildroot", "build");
  t.is(wrong.exitCode, 1);
  t.regex(wrong.stderr, /^--buildroot build: no Makefile is there/m);
});

test("flags that would be of no use beside the others are refused, all of them at once", async (t) => {
  const faultsOf = async (...argv: string[]) => {
    const { stderr, exitCode } = await halfbridge(...argv);
    t.is(exitCode, 1, argv.join(" "));
    return stderr.trim().split("\n");
  };
  const openwrt = ["--imagebuilder", "nowhere", "--base", "buildroot", "--fast", "--config-fragment", "mine"];
  for (const command of ["build", "test"])
    t.deepEqual(await faultsOf(command, ...openwrt), [
      "--base: excludes --imagebuilder, by which OpenWrt is the base (leave out one of them)",
      "--fast: is of no use to OpenWrt, which compresses by itself (leave it out)",
      "--config-fragment: is of no use to an ImageBuilder, which is configured already (use --openwrt-source)",
    ]);
  t.deepEqual(await faultsOf("build", "--all", "--openwrt-source", "nowhere"), [
    "--all: excludes --openwrt-source, which is for one board (name the board)",
  ]);
  t.deepEqual(await faultsOf("build", "x86-64", "--buildroot", "nowhere", "--config-fragment", "mine"), [
    "--buildroot: is of no use to base debian (say --base buildroot)",
    "--config-fragment: is of no use to base debian, of which nothing is configured (say --base buildroot)",
  ]);
});

test("what isn't an ImageBuilder or a checkout is told at once; the environment may name one, for OpenWrt's boards alone", async (t) => {
  const { stderr, exitCode } = await halfbridge("build", "openwrt-one", "--imagebuilder", "docs");
  t.is(exitCode, 1);
  t.is(
    stderr,
    "docs: isn't an ImageBuilder: it has no Makefile, or no .config (name the folder that openwrt-imagebuilder-… unpacks to)\n",
  );
  const said = async (...[env, ...argv]: Parameters<typeof aloneWith>) =>
    (await aloneWith(env, ...argv)).stderr;
  const both = { HALFBRIDGE_IMAGEBUILDER: "nowhere", HALFBRIDGE_OPENWRT_SOURCE: "docs" };
  t.regex(await said(both, "build", "openwrt-one"), /^nowhere: no such file or folder/);
  const source = { HALFBRIDGE_OPENWRT_SOURCE: "docs" };
  t.regex(
    await said(source, "build", "openwrt-one"),
    /^docs: isn't a checkout of OpenWrt: it has no rules\.mk/,
  );
  t.regex(await said(both, "test", "armsr-armv8"), /^nowhere: no such file or folder/);
  t.regex(await said(both, "build", "x86-64", "--base", "buildroot"), /^--buildroot: base buildroot needs/);
});

test("size weighs OpenWrt's boards as what is put onto OpenWrt, without being told to", async (t) => {
  // what it weighs isn't made in a unit test: the site is at fault, and not the board's base
  const { stderr } = await halfbridge("size", "openwrt-one", "--site", await brokenSite(t));
  t.regex(stderr, /broken\.yaml: \/dialect: is missing/);
  t.notRegex(stderr, /openwrt-one/);
  const both = await halfbridge("size", "openwrt-two", "--site", await brokenSite(t));
  t.regex(both.stderr, /no board is called "openwrt-two"[^]*\/dialect: is missing/);
});

test("faults can be read by a machine", async (t) => {
  const { stdout, exitCode } = await halfbridge("check", "--json", await brokenSite(t));
  t.is(exitCode, 1);
  const { faults } = JSON.parse(stdout) as { faults: { path: string }[] };
  t.true(faults.some(({ path }) => path === "/router"));
});

test("boards and plans can be read by a machine", async (t) => {
  const boards = JSON.parse((await halfbridge("boards", "--json")).stdout) as { name: string }[];
  const boardOf = (name: string) => boards.find((board) => board.name === name);
  t.like(boardOf("x86-64"), { base: "debian", bases: ["debian", "openwrt"] });
  t.like(boardOf("openwrt-one"), { base: "openwrt", bases: ["openwrt"] });
  const plan = JSON.parse((await halfbridge("plan", "x86-64", "--json")).stdout) as { hash: string };
  t.regex(plan.hash, /^[0-9a-f]{64}$/);
});

test("what to flash onto is never guessed, and a board that isn't there is told before a disk is looked at", async (t) => {
  const without = await halfbridge("flash", "x86-64");
  t.is(without.exitCode, 1);
  t.regex(without.stderr, /'--to <device>' not specified/);
  const { stdout, exitCode } = await halfbridge("flash", "x86-65", "--to", "/dev/null", "--json");
  t.is(exitCode, 1);
  const { faults } = JSON.parse(stdout) as { faults: { fact: string }[] };
  t.deepEqual(
    faults.map(({ fact }) => fact),
    ['no board is called "x86-65"'],
  );
});

test("an unknown command is refused with the near one", async (t) => {
  const { stderr, exitCode } = await alone("biuld");
  t.is(exitCode, 1);
  t.regex(stderr, /Did you mean build\?/);
});
