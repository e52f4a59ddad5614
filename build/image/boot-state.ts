import { crc32 } from "node:zlib";

/** One sector, so that a power cut leaves the old state or the new. */
export const stateBytes = 512;

/** What a boot loader knows of the slots; GRUB's grubenv and U-Boot's state have the same words. */
export type BootState = Readonly<Record<string, string>>;

/** Slot A is known to work, slot B is empty. */
export const freshSlots: BootState = { ORDER: "A B", A_OK: "1", A_TRY: "0", B_OK: "0", B_TRY: "0" };

/**
 * Prints it as U-Boot's `env import -c` and fw_setenv(8) read it: CRC-32 in little endian, then `NAME=value` with a
 * zero byte after each, filled up with zeros (U-Boot: include/env_internal.h, without redundancy).
 */
export function printBootState(state: BootState): Buffer {
  const sector = Buffer.alloc(stateBytes);
  sector.write(
    Object.entries(state)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(""),
    4,
  );
  sector.writeUInt32LE(crc32(sector.subarray(4)), 0);
  return sector;
}
