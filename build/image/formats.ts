import type { Board } from "../config/board.ts";
import type { ImageFormat } from "./format.ts";
import { gptBootScript } from "./gpt-boot-script.ts";
import { gptGrub } from "./gpt-grub.ts";

/** Every kind of image, one file each. */
const formats: Readonly<Record<Board["image"]["format"], ImageFormat>> = {
  "gpt-grub": gptGrub,
  "gpt-boot-script": gptBootScript,
};

export const formatOf = ({ image }: Pick<Board, "image">): ImageFormat => formats[image.format];
