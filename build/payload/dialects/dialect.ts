import type { Guard, NetworkModel, Side } from "../../plan/network.ts";

/** Shell commands that put something in force, and those that undo it, in reverse. */
export interface Script {
  readonly start: readonly string[];
  readonly stop: readonly string[];
}

/** A model's rules, in the three groups that come and go by themselves. */
export interface Rules {
  /** What the router itself accepts: before any link is up. */
  readonly guard: Script;
  /** What is so whenever the network is: which frames leave the bridge, segment sizes, counters. */
  readonly network: Script;
  /** What is so while the proxy captures. */
  readonly capture: Script;
}

export type Dialect = (model: NetworkModel) => Rules;

/** What is counted, by the port where it came in: packets and bytes. `halfbridge-status` shows them. */
export type Counted = "captured" | "passed" | "rejected";

export const sides: readonly Side[] = ["lan", "isp"];

/** The router's own TCP ports that the LAN may connect to, and why. */
export const openToLan = ({ explicitPort, metricsPort }: Guard): { why: string; port: number }[] => [
  ...(explicitPort === null ? [] : [{ why: "the proxy, for those who ask it", port: explicitPort }]),
  ...(metricsPort === null ? [] : [{ why: "metrics", port: metricsPort }]),
];

/** Several scripts as one: started in their order, stopped in reverse. */
export const joinScripts = (...scripts: readonly Script[]): Script => ({
  start: scripts.flatMap(({ start }) => start),
  stop: scripts.toReversed().flatMap(({ stop }) => stop),
});

/** A command that is given text; `literal` keeps the shell from replacing anything in it. */
export const hereDocument = (command: string, text: readonly string[], literal = true): string =>
  [`${command} << ${literal ? "'RULES'" : "RULES"}`, ...text, "RULES"].join("\n");

export const hex = (mark: number): string => `0x${mark.toString(16)}`;

export const maskedMark = (mark: number): string => `${hex(mark)}/${hex(mark)}`;
