import { basename } from "node:path";
import type { Fault } from "../core/faults.ts";
import type { Board, BoardProfile } from "./board-schema.ts";
import { allPorts, lanPorts } from "./ports.ts";
import { suggestNear } from "./suggest.ts";

/**
 * The least that the payload runs in, in MiB; measured on x86-64: 48 MiB of RAM in use when idle, where
 * the kernel has taken 44 MiB of 256 for itself; root file system 42 MiB, kernel and initramfs 14 MiB. On OpenWrt's
 * flash the payload is 45 MiB at most, beside OpenWrt's own kernel and root (some 12) and what is changed.
 */
export const needs = { memoryMiB: 160, rootMiB: 64, bootMiB: 24, flashMiB: 64 };

type FileOf = (path: string) => string;
type Blame = (path: string, fact: string, hint: string) => void;

/** What the schema can't say of a profile, whose file is called `fileName`. */
export function checkBoard(board: BoardProfile, fileName: string, fileOf: FileOf): Fault[] {
  const faults: Fault[] = [];
  const blame: Blame = (path, fact, hint) => faults.push({ file: fileOf(path), path, fact, hint });
  const name = basename(fileName, ".yaml");
  if (board.name !== name)
    blame("/name", `is ${board.name}, but the file is called ${fileName}`, `call it ${name}`);
  checkMemory(board, blame);
  checkNames(board, blame);
  if (board.base !== "openwrt") {
    checkPlaces(board, blame);
    checkConsoles(board as Board, blame);
    checkLoader(board as Board, blame);
    checkRoom(board as Board, blame);
  } else if (board.storageMiB < needs.flashMiB) {
    const fact = `is ${board.storageMiB} MiB, ${needs.flashMiB - board.storageMiB} MiB too little`;
    blame("/storageMiB", fact, `OpenWrt and the payload need ${needs.flashMiB} MiB of flash`);
  }
  return faults;
}

/** Names of the router's own; `eth` and a number are free for what hasn't been named yet. */
const taken = new Set(["br0", "br1", "lo", "all", "default"]);

function checkNames({ ports, openwrt, leds = [] }: BoardProfile, blame: Blame): void {
  const sets = [["/ports", ports] as const, ["/openwrt/ports", openwrt?.ports] as const];
  for (const [path, set] of sets) {
    const all = set === undefined ? [] : allPorts(set);
    all.forEach(({ at, port: { name } }, index) => {
      const other = all.slice(0, index).find(({ port }) => port.name === name);
      if (other === undefined) return;
      const fact = `is ${other.role === "isp" ? "the ISP port" : "another LAN port"} as well: ${name}`;
      blame(`${path}${at}/name`, fact, "name two different interfaces");
    });
  }
  for (const { at, port } of allPorts(ports)) {
    if (taken.has(port.name))
      blame(`/ports${at}/name`, `is ${port.name}, which is taken`, "call it as the case does");
    if (port.path !== undefined && port.dsaPort !== undefined)
      blame(`/ports${at}`, "has path and dsaPort", "a switch's port is bound by dsaPort, any other by path");
  }
  // `lan` is the one port: of several each has a name
  const lan = lanPorts(ports).map(({ name }) => name);
  const shown = ["running", "isp", ...(lan.length === 1 ? ["lan"] : []), ...lan];
  leds.forEach(({ name, shows }, index) => {
    if (leds.findIndex((led) => led.name === name) < index)
      blame(`/leds/${index}/name`, `is there twice: ${name}`, "a light shows one thing");
    if (!shown.includes(shows))
      blame(
        `/leds/${index}/shows`,
        `is ${JSON.stringify(shows)}, which isn't known`,
        suggestNear(shows, shown),
      );
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

/** Where Debian's base finds the ports: OpenWrt has names of its own for them. */
function checkPlaces({ ports, deviceTree }: BoardProfile, blame: Blame): void {
  const all = allPorts(ports).map(({ at, port }) => ({ at, port, place: port.path ?? port.dsaPort }));
  const placed = all.filter(({ place }) => place !== undefined);
  if (placed.length > 0 && placed.length < all.length) {
    const hint = "say path or dsaPort of all, or of none";
    blame("/ports", "says where a port is, but not where another is", hint);
  }
  placed.forEach(({ at, place }, index) => {
    const other = placed.slice(0, index).find((each) => each.place === place);
    if (other === undefined) return;
    const whose = other.port === ports.isp ? "the ISP port" : other.port.name;
    blame(`/ports${at}`, `is at ${whose}'s place: ${place}`, "the two are different network devices");
  });
  if (placed.length > 0 && deviceTree === undefined) {
    blame("/deviceTree", "is missing", "ports are bound by their places on the model that it names alone");
  }
}

function checkMemory({ memoryMiB }: BoardProfile, blame: Blame): void {
  if (memoryMiB >= needs.memoryMiB) return;
  const fact = `is ${memoryMiB} MiB, ${needs.memoryMiB - memoryMiB} MiB too little`;
  blame("/memoryMiB", fact, `the payload needs ${needs.memoryMiB} MiB of RAM`);
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
  const { image, storageMiB } = board;
  for (const [path, has, wanted, what] of [
    ["/image/rootMiB", image.rootMiB, needs.rootMiB, "room for the root file system"],
    ["/image/bootMiB", image.bootMiB, needs.bootMiB, "room for kernel and initramfs"],
  ] as const) {
    if (has < wanted)
      blame(
        path,
        `is ${has} MiB, ${wanted - has} MiB too little`,
        `the payload needs ${wanted} MiB of ${what}`,
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
