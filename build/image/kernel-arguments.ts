import type { Board } from "../config/board.ts";

/**
 * What every kernel is told, besides `halfbridge.slot=`, which the boot loader adds. Expedited RCU: rules and links
 * are set up in half the time, and a router has few CPUs to interrupt.
 */
export function kernelArguments({ consoles = [] }: Board, rootIdentity: string): string {
  return [
    `halfbridge.root=${rootIdentity}`,
    ...consoles.map((console) => `console=${console}`),
    "quiet",
    "panic=10",
    "rcupdate.rcu_expedited=1",
  ].join(" ");
}
