import { helloTarget } from "./hello-target.ts";
import { httpTargets } from "./http-targets.ts";
import { listTarget } from "./list-target.ts";
import type { Mutation } from "./mutate.ts";
import { tableTarget } from "./table-target.ts";
import type { Trier } from "./trier.ts";

/** What is fed, and with what. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  /** What means something to it. */
  readonly words: readonly Buffer[];
  /** Besides those of all. */
  readonly mutations: readonly Mutation[];
  open(): Promise<Trier>;
}

export const targets: readonly Target[] = [...httpTargets, helloTarget, listTarget, tableTarget];
