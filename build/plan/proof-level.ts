import { hasOwnImage, type Board, type BoardProfile } from "../config/board.ts";

/** What is known of a board's image before anyone flashes it. */
export interface Proof {
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

/** As proofOf, for a board of any base: of OpenWrt's images, the lab boots those for PCs. */
export function proofOfProfile(board: BoardProfile): Proof {
  if (hasOwnImage(board)) return proofOf(board);
  return {
    level: (board.evidence ?? []).length > 0 ? "hardware" : "payload",
    startedBy: "",
    notExercised: ["the model's own image, kernel and boot flow", "drivers of its own hardware"],
  };
}

/** The proof level that a board's profile can reach, and what it leaves open. */
export function proofOf({ arch, image, loader, deviceTree, evidence = [] }: Board): Proof {
  const startedBy = starters[image.format][arch] ?? "";
  const level = evidence.length > 0 ? "hardware" : startedBy === "" ? "payload" : "image";
  return {
    level,
    startedBy,
    notExercised: [
      ...(startedBy === "" ? ["the image's partitions and boot flow"] : []),
      ...(loader === undefined ? [] : ["first-stage loader"]),
      ...(loader === undefined && image.format === "gpt-boot-script" && deviceTree !== undefined
        ? ["the vendor's U-Boot"]
        : []),
      ...(deviceTree === undefined ? [] : ["device tree"]),
      "drivers of its own hardware",
    ],
  };
}
