import { ToolError } from "../../core/faults.ts";

/** What `make info` of an ImageBuilder says. */
export interface Info {
  /** `mediatek/filogic` */
  readonly target: string;
  /** OpenWrt's name of the CPU: `aarch64`. */
  readonly architecture: string;
  readonly revision: string;
  readonly defaultPackages: readonly string[];
  readonly profiles: ReadonlyMap<string, Profile>;
}

export interface Profile {
  readonly title: string;
  readonly packages: readonly string[];
}

/** Reads it as target/imagebuilder/files/Makefile (openwrt/openwrt) prints it. Throws a ToolError for what isn't that. */
export function parseInfo(text: string): Info {
  const said = (label: string): string => new RegExp(`^${label}: "?(.*?)"?$`, "m").exec(text)?.[1] ?? "";
  const target = said("Current Target");
  const [, list] = text.split(/^Available Profiles:$/m);
  if (target === "" || list === undefined)
    throw new ToolError("make info doesn't say target and profiles: is this an ImageBuilder?");
  const profiles = list.split(/^(?=\S+:$)/m).flatMap((block): [string, Profile][] => {
    const [, name] = /^(\S+):$/m.exec(block) ?? [];
    if (name === undefined) return [];
    const [, first = ""] = block.split("\n");
    const title = first.startsWith("    Packages:") ? name : first.trim();
    return [[name, { title, packages: words(/^ {4}Packages: (.*)$/m.exec(block)?.[1] ?? "") }]];
  });
  return {
    target,
    architecture: said("Current Architecture"),
    revision: said("Current Revision"),
    defaultPackages: words(said("Default Packages")),
    profiles: new Map(profiles),
  };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
