import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { readAllBoards, type Board } from "../../build/config/board.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { renderFlashPages } from "../../build/flash/pages.ts";

const folder = join(projectRoot, "docs/flash");
const boards = await readAllBoards();

test("docs/flash holds what the profiles say, and nothing else (npm run docs:flash writes it)", async (t) => {
  const pages = await renderFlashPages(boards);
  t.deepEqual((await readdir(folder)).sort(), pages.map(({ name }) => name).sort());
  for (const { name, text } of pages) t.is(await readFile(join(folder, name), "utf8"), text, name);
});

test("a family's page has a section for all boards that are flashed alike, and one for each that is not", async (t) => {
  const [first] = boards as [Board];
  const pc: Board = { ...first, family: "pc" };
  const like = (name: string, flashing: Partial<Board["flashing"]> = {}): Board => ({
    ...pc,
    name,
    title: `The ${name}`,
    family: "kin",
    flashing: { medium: "SD card", steps: ["Hold the button."], ...flashing },
  });
  const recovery = ["Press both buttons."];
  const pages = await renderFlashPages([like("one"), pc, like("two", { recovery }), like("three")]);
  t.deepEqual(
    pages.map(({ name }) => name),
    ["README.md", "kin.md", "pc.md"],
  );
  const [index, kin] = pages.map(({ text }) => text);
  t.regex(index ?? "", /^\| two \| The two \| SD card \| \[kin\.md\]\(kin\.md\) \|$/m);
  const sections = (kin ?? "").split("\n## ");
  t.is(sections.length, 3);
  t.regex(sections[1] ?? "", /^The one, The three\n/);
  t.regex(sections[1] ?? "", /flash one --to \/dev\/DEVICE\n[^]*flash three --to[^]*1\. Hold the button\./);
  t.regex(sections[1] ?? "", /isn't known to this project/);
  t.regex(sections[2] ?? "", /^The two\n[^]*### How to return\n\n1\. Press both buttons\.\n/);
  t.notRegex(sections[2] ?? "", /isn't known/);
});
