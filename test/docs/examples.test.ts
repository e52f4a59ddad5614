/**
 * Every command in the documentation is tried: quick ones as they stand; those that build or boot are
 * asked for their help, which must know each option, and run as they stand in the lab's part of scripts/test.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import { run } from "../../build/core/run.ts";
import { halfbridge } from "../cli/halfbridge.ts";
import { commandBlocks, wordsOf } from "./commands.ts";

const documents = [
  "README.md",
  "sites/README.md",
  "board-configs/README.md",
  "docs/architecture.md",
  "docs/flash/README.md",
  "docs/modes.md",
  "docs/openwrt.md",
  "docs/squid.md",
  "docs/buildroot.md",
];
const quick = new Set(["boards", "check", "plan"]);

const texts = await Promise.all(documents.map((document) => readFile(join(projectRoot, document), "utf8")));

for (const [index, document] of documents.entries()) {
  const text = texts[index] ?? "";
  for (const command of new Set(commandsIn(text))) {
    test(`${document}: ${command}`, (t) => tryCommand(t, command));
  }
  for (const path of new Set(pathsIn(text))) {
    test(`${document}: ${path} is there`, (t) => {
      t.true(existsSync(join(projectRoot, path)));
    });
  }
}

async function tryCommand(t: ExecutionContext, command: string): Promise<void> {
  const [program = "", ...argv] = wordsOf(command.replace(/^npx halfbridge/, "halfbridge"));
  if (program === "halfbridge" && (quick.has(argv[0] ?? "") || argv.includes("--help"))) {
    const { exitCode, stderr } = await halfbridge(...argv);
    t.is(exitCode, 0, stderr);
    return;
  }
  const name = argv.slice(0, argv[0] === "board" ? 2 : 1);
  const { stdout, exitCode } =
    program === "halfbridge"
      ? await halfbridge(...name, "--help")
      : await run([program, "--help"], { cwd: projectRoot });
  t.is(exitCode, 0);
  for (const option of argv.filter((word) => word.startsWith("--"))) t.true(stdout.includes(option), option);
  t.true(stdout.length > 0);
}

/** Lines of ```sh blocks, and commands in backquotes; add-board.test.ts follows the guide that adds a board. */
function commandsIn(text: string): string[] {
  const inline = [...text.matchAll(/`((?:npx halfbridge|scripts\/(?:build|test)) [^`]*)`/g)].map(
    (match) => match[1] as string,
  );
  return [...commandBlocks(text), ...inline].filter(
    (command) => !/\b[A-Z]{3,}\b/.test(command) && !command.includes("acme-r1"), // FILE stands for something
  );
}

/** Paths of this repository in backquotes. */
function pathsIn(text: string): string[] {
  return [
    ...text.matchAll(
      /`((?:\.github|build|board-configs|sites|docs|qemu|overlays|templates|proxy)\/[^`*…]*)`/g,
    ),
  ].map((match) => match[1] as string);
}
