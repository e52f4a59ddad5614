import { hasOwnImage, type Board, type BoardProfile, type OpenwrtBoard } from "../config/board.ts";

/** What is known of a board's image before anyone flashes it. */
export interface ProofLevel {
  /**
   * `image`: the lab boots the image file itself; `payload`: it boots the image's kernel and root file system in
   * another machine; `hardware`: the profile has evidence of someone who ran the image on the model itself.
   */
  readonly level: "image" | "payload" | "hardware";
  /** What starts it in the lab; empty if nothing there can start the image itself. */
  readonly startedBy: string;
  /** Parts that the lab leaves untried: for these the word of `evidence` is all there is. */
  readonly notExercised: readonly string[];
}

/** What starts an image in the lab, unchanged, by its format and CPU. */
const starters: Readonly<Record<Board["image"]["format"], Readonly<Partial<Record<Board["arch"], string>>>>> =
  {
    "gpt-grub": { amd64: "SeaBIOS and OVMF", arm64: "edk2" },
    "gpt-boot-script": { arm64: "QEMU's U-Boot", armhf: "QEMU's U-Boot" },
  };

/** The same of OpenWrt's own images, by target. */
const openwrtStarters: Readonly<Record<string, string>> = {
  "x86/64": "SeaBIOS and OVMF",
  "armsr/armv8": "edk2",
};

/** As proofOf, for a board of any base: of OpenWrt's images, the lab boots those for generic machines. */
export function proofOfProfile(board: BoardProfile): ProofLevel {
  if (hasOwnImage(board)) return proofOf(board);
  const { evidence = [], openwrt } = board as OpenwrtBoard;
  const startedBy = openwrtStarters[`${openwrt.target}/${openwrt.subtarget}`] ?? "";
  return {
    level: evidence.length > 0 ? "hardware" : startedBy === "" ? "payload" : "image",
    startedBy,
    notExercised: [
      ...(startedBy === "" ? ["the model's own image, kernel and boot flow"] : []),
      partNames.drivers,
    ],
  };
}

/** The proof level that a board's profile can reach, and what it leaves open. */
export function proofOf(board: Board): ProofLevel {
  const startedBy = startedByOf(board);
  const { evidence = [] } = board;
  const level = evidence.length > 0 ? "hardware" : startedBy === "" ? "payload" : "image";
  return { level, startedBy, notExercised: untriedParts(board).map((part) => partNames[part]) };
}

/** What of a board no machine of the lab's stands for. */
export type UntriedPart = "boot-flow" | "own-loader" | "vendor-loader" | "device-tree" | "drivers";

const partNames: Readonly<Record<UntriedPart, string>> = {
  "boot-flow": "the image's partitions and boot flow",
  "own-loader": "first-stage loader",
  "vendor-loader": "the vendor's U-Boot",
  "device-tree": "device tree",
  drivers: "drivers of its own hardware",
};

/** The parts that the lab leaves untried, in the order in which they start. */
export function untriedParts(board: Board): UntriedPart[] {
  const { image, loader, deviceTree } = board;
  const isUntried: Readonly<Record<UntriedPart, boolean>> = {
    "boot-flow": startedByOf(board) === "",
    "own-loader": loader !== undefined,
    "vendor-loader": loader === undefined && image.format === "gpt-boot-script" && deviceTree !== undefined,
    "device-tree": deviceTree !== undefined,
    drivers: true,
  };
  return (Object.keys(isUntried) as UntriedPart[]).filter((part) => isUntried[part]);
}

const startedByOf = ({ image, arch }: Board): string => starters[image.format][arch] ?? "";
