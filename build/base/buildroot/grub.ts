/** What GRUB reads at its start: both firmwares find the rest below `/grub` of the partition they came from. */
export const grubStart = "set prefix=($root)/grub\n";

/** GRUB's modules that its configuration and a slot's use. */
export const grubModules =
  "part_gpt fat squash4 gzio normal configfile loadenv linux test echo regexp search serial terminal sleep reboot halt minicmd";

const header = "# GRUB Environment Block\n";
const blockBytes = 1024;

/** A fresh environment block (GRUB manual: environment block): slot A is known to work, slot B is empty. */
export function printGrubEnvironment(): string {
  const text = `${header}ORDER=A B\nA_OK=1\nA_TRY=0\nB_OK=0\nB_TRY=0\n`;
  return text.padEnd(blockBytes, "#");
}
