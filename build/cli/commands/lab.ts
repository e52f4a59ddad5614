import type { Command } from "commander";
export function addLab(_program: Command): void {}
