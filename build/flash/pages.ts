import { renderTemplate } from "../payload/render.ts";
import type { Board } from "../config/board.ts";
import { lanPorts } from "../config/ports.ts";
import { hashOf } from "../core/hash.ts";

export interface Page {
  /** Below docs/flash/. */
  readonly name: string;
  readonly text: string;
}

/**
 * What to hold, what to press and how to return, as a page for each family and an index of the boards. A board
 * without a family has a page of its own; boards of a family that are flashed alike share a section.
 */
export async function renderFlashPages(boards: readonly Board[]): Promise<Page[]> {
  const families = [...Map.groupBy(boards, ({ name, family }) => family ?? name)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const pages = families.map(async ([family, members]) => ({
    name: `${family}.md`,
    text: await renderTemplate("flash/family.md.hbs", familyView(family, members)),
  }));
  const rows = families.flatMap(([family, members]) => members.map((board) => ({ family, ...rowOf(board) })));
  const index = { name: "README.md", text: await renderTemplate("flash/README.md.hbs", { rows }) };
  return [index, ...(await Promise.all(pages))];
}

function familyView(family: string, members: readonly Board[]) {
  const [only] = members;
  const alike = Map.groupBy(members, ({ flashing }) => hashOf(flashing));
  return {
    title: only !== undefined && members.length === 1 ? only.title : `boards of the family ${family}`,
    sections: [...alike.values()].map(sectionOf),
  };
}

function sectionOf(boards: readonly Board[]) {
  const { medium = "", steps = [], recovery = [] } = boards[0]?.flashing ?? {};
  return {
    titles: boards.map(({ title }) => title).join(", "),
    medium,
    rows: boards.map(rowOf),
    steps: steps.map(numbered),
    recovery: recovery.map(numbered),
    unknown: recovery.length === 0,
  };
}

function rowOf({ name, title, storageMiB, ports, flashing, sources }: Board) {
  return {
    name,
    title,
    storageMiB,
    medium: flashing.medium,
    isp: ports.isp.name,
    lan: lanPorts(ports)
      .map((port) => port.name)
      .join(", "),
    source: sources.flashing ?? sources.machine,
  };
}

const numbered = (text: string, index: number) => ({ number: index + 1, text });
