import type { Command } from "commander";
export function addTest(_program: Command): void {}
