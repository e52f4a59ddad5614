import { freshSlots } from "../../image/boot-state.ts";

/** What GRUB reads at its start: both firmwares find the rest below `/grub` of the partition they came from. */
export const grubStart = "set prefix=($root)/grub\n";

const header = "# GRUB Environment Block\n";
const blockBytes = 1024;

/** A fresh environment block (GRUB manual: environment block). */
export function printGrubEnvironment(): string {
  const lines = Object.entries(freshSlots).map(([name, value]) => `${name}=${value}\n`);
  return `${header}${lines.join("")}`.padEnd(blockBytes, "#");
}
