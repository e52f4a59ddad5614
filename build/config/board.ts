import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError, type Fault } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import { boardSchema, type Board } from "./board-schema.ts";
import { readDocument } from "./document.ts";
import { suggestNear } from "./suggest.ts";

export type { Board } from "./board-schema.ts";

const folder = join(projectRoot, "board-configs");

/** The names of all boards, sorted. */
export async function listBoards(): Promise<string[]> {
  return (await readdir(folder))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => basename(name, ".yaml"))
    .sort();
}

/** Reads a board by its name. Throws an InputError with every fault of its profile. */
export async function readBoardByName(name: string): Promise<Board> {
  const names = await listBoards();
  if (!names.includes(name)) {
    const fact = `no board is called ${JSON.stringify(name)}`;
    throw new InputError([{ file: "board-configs", path: "", fact, hint: suggestNear(name, names) }]);
  }
  return readBoard(join(folder, `${name}.yaml`));
}

/** Reads a board profile. Throws an InputError with every fault. */
export function readBoard(file: string): Promise<Board> {
  return readDocument<Board>(file, boardSchema, checkBoard);
}

/**
 * The least that the payload runs in, in MiB; measured on x86-64: 48 MiB of RAM in use when idle, where
 * the kernel has taken 44 MiB of 256 for itself; root file system 42 MiB, kernel and initramfs 14 MiB.
 */
const payloadNeeds = { memoryMiB: 160, rootMiB: 64, bootMiB: 24 };

/** What the schema can't say. */
function checkBoard(board: Board, file: string): Fault[] {
  const faults: Fault[] = [];
  const fault = (path: string, fact: string, hint: string) => faults.push({ file, path, fact, hint });
  if (board.name !== basename(file, ".yaml")) {
    fault(
      "/name",
      `is ${board.name}, but the file is called ${basename(file)}`,
      `call it ${basename(file, ".yaml")}`,
    );
  }
  if (board.ports.isp === board.ports.lan) {
    fault("/ports/lan", `is the ISP port as well: ${board.ports.lan}`, "name two different interfaces");
  }
  for (const [path, has, needs, what] of [
    ["/memoryMiB", board.memoryMiB, payloadNeeds.memoryMiB, "RAM"],
    ["/image/rootMiB", board.image.rootMiB, payloadNeeds.rootMiB, "room for the root file system"],
    ["/image/bootMiB", board.image.bootMiB, payloadNeeds.bootMiB, "room for kernel and initramfs"],
  ] as const) {
    if (has < needs)
      fault(
        path,
        `is ${has} MiB, ${needs - has} MiB too little`,
        `the payload needs ${needs} MiB of ${what}`,
      );
  }
  const { espMiB, bootMiB, rootMiB, dataMiB } = board.image;
  const neededMiB = espMiB + 2 * (bootMiB + rootMiB) + dataMiB + 4;
  if (neededMiB > board.storageMiB) {
    const hint = `two slots and data need ${neededMiB} MiB; shrink /image by ${neededMiB - board.storageMiB} MiB`;
    fault("/storageMiB", `is ${board.storageMiB} MiB, too little for the partitions`, hint);
  }
  return faults;
}
