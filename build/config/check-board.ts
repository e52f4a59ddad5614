import { basename } from "node:path";
import type { Fault } from "../core/faults.ts";
import type { Board } from "./board-schema.ts";

/**
 * The least that the payload runs in, in MiB; measured on x86-64: 48 MiB of RAM in use when idle, where
 * the kernel has taken 44 MiB of 256 for itself; root file system 42 MiB, kernel and initramfs 14 MiB.
 */
const payloadNeeds = { memoryMiB: 160, rootMiB: 64, bootMiB: 24 };

type FileOf = (path: string) => string;
type Blame = (path: string, fact: string, hint: string) => void;

/** What the schema can't say of a profile, whose file is called `fileName`. */
export function checkBoard(board: Board, fileName: string, fileOf: FileOf): Fault[] {
  const faults: Fault[] = [];
  const blame: Blame = (path, fact, hint) => faults.push({ file: fileOf(path), path, fact, hint });
  const name = basename(fileName, ".yaml");
  if (board.name !== name)
    blame("/name", `is ${board.name}, but the file is called ${fileName}`, `call it ${name}`);
  checkPorts(board, blame);
  checkConsoles(board, blame);
  checkLoader(board, blame);
  checkRoom(board, blame);
  return faults;
}

/** Names of the router's own; `eth` and a number are free for what hasn't been named yet. */
const taken = new Set(["br0", "lo", "all", "default"]);

function checkPorts({ ports, deviceTree, leds = [] }: Board, blame: Blame): void {
  const { isp, lan } = ports;
  if (isp.name === lan.name) {
    blame("/ports/lan/name", `is the ISP port as well: ${lan.name}`, "name two different interfaces");
  }
  const places = [isp, lan].flatMap(({ path, dsaPort }) => path ?? dsaPort ?? []);
  if (places.length === 1) {
    blame("/ports", "says where one port is, but not the other", "say path or dsaPort of both, or of none");
  }
  if (places.length === 2 && places[0] === places[1]) {
    blame("/ports/lan", `is at the ISP port's place: ${places[1]}`, "the two are different network devices");
  }
  for (const [role, port] of Object.entries(ports)) {
    if (taken.has(port.name))
      blame(`/ports/${role}/name`, `is ${port.name}, which is taken`, "call it as the case does");
    if (port.path !== undefined && port.dsaPort !== undefined)
      blame(
        `/ports/${role}`,
        "has path and dsaPort",
        "a switch's port is bound by dsaPort, any other by path",
      );
  }
  if (places.length > 0 && deviceTree === undefined) {
    blame("/deviceTree", "is missing", "ports are bound by their places on the model that it names alone");
  }
  leds.forEach(({ name }, index) => {
    if (leds.findIndex((led) => led.name === name) < index)
      blame(`/leds/${index}/name`, `is there twice: ${name}`, "a light shows one thing");
  });
}

function checkConsoles({ consoles, image }: Board, blame: Blame): void {
  if (consoles === undefined && image.format === "gpt-grub")
    blame(
      "/consoles",
      "is missing",
      "firmware that starts GRUB names none; example: [tty0, 'ttyS0,115200n8']",
    );
}

/** Which formats a CPU's firmware can start. */
function checkLoader({ arch, image, loader, deviceTree }: Board, blame: Blame): void {
  const { format } = image;
  if (format === "gpt-grub" && arch === "armhf")
    blame("/image/format", "is gpt-grub, which is for amd64 and arm64", "use gpt-boot-script");
  if (format === "gpt-boot-script" && arch === "amd64")
    blame("/image/format", "is gpt-boot-script, which is for arm64 and armhf", "use gpt-grub");
  if (loader === undefined) return;
  if (format === "gpt-grub")
    blame("/loader", "doesn't go with gpt-grub", "take it out: firmware starts GRUB");
  if (deviceTree === undefined)
    blame("/deviceTree", "is missing", "the kernel is told by it what the machine is");
  const { kind, ubootBuild, defconfig, trustedFirmware } = loader;
  if (kind === "raspberry-pi") {
    for (const [key, value] of Object.entries({ ubootBuild, defconfig, trustedFirmware }))
      if (value !== undefined) blame(`/loader/${key}`, "is for rockchip", "take it out");
    return;
  }
  if ((ubootBuild === undefined) === (defconfig === undefined))
    blame("/loader", "needs ubootBuild or defconfig, and not both", "example: ubootBuild: rock-pi-e-rk3328");
  if ((defconfig === undefined) !== (trustedFirmware === undefined))
    blame("/loader", "defconfig and trustedFirmware go together", "example: trustedFirmware: rk3328");
}

/** MiB before the first partition: partition table, and where Rockchip's chips look for their loader. */
export const headMiB = (board: Board): number => (board.loader?.kind === "rockchip" ? 16 : 1);

function checkRoom(board: Board, blame: Blame): void {
  const { image, memoryMiB, storageMiB } = board;
  for (const [path, has, needs, what] of [
    ["/memoryMiB", memoryMiB, payloadNeeds.memoryMiB, "RAM"],
    ["/image/rootMiB", image.rootMiB, payloadNeeds.rootMiB, "room for the root file system"],
    ["/image/bootMiB", image.bootMiB, payloadNeeds.bootMiB, "room for kernel and initramfs"],
  ] as const) {
    if (has < needs)
      blame(
        path,
        `is ${has} MiB, ${needs - has} MiB too little`,
        `the payload needs ${needs} MiB of ${what}`,
      );
  }
  const { firmwareMiB, bootMiB, rootMiB, dataMiB } = image;
  // a BIOS boot partition or the boot state, and the second copy of the partition table
  const neededMiB = headMiB(board) + firmwareMiB + 2 * (bootMiB + rootMiB) + dataMiB + 2;
  if (neededMiB > storageMiB) {
    const hint = `two slots and data need ${neededMiB} MiB; shrink /image by ${neededMiB - storageMiB} MiB`;
    blame("/storageMiB", `is ${storageMiB} MiB, too little for the partitions`, hint);
  }
}
