import { InputError, type Fault } from "../core/faults.ts";
import { nameOf, readText } from "./document.ts";

/** As a configuration of Kconfig's begins each of its names, and what its users call it. */
const kinds = {
  BR2_: {
    called: "a defconfig",
    other: "for the kernel: name its file in BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES",
  },
  CONFIG_: { called: ".config", other: "for Buildroot" },
} as const;

/**
 * Reads a file with lines of a configuration. Throws an InputError that names every line that is something else, which
 * would go by unseen.
 */
export async function readFragmentText(file: string, prefix: keyof typeof kinds): Promise<string> {
  const { called, other } = kinds[prefix];
  const text = await readText(file, `name a file with lines of ${called}`);
  const faults = text.split("\n").flatMap((written, index): Fault[] => {
    const line = written.trim();
    if (line === "" || line.startsWith("#") || new RegExp(`^${prefix}[\\w.+-]+=`).test(line)) return [];
    const hint = /^(BR2|CONFIG)_\w+=/.test(line) ? `it is ${other}` : `lines are ${prefix}…=…`;
    return [
      { file: `${nameOf(file)}:${index + 1}`, path: "", fact: `isn't a line of ${called}: ${line}`, hint },
    ];
  });
  if (faults.length > 0) throw new InputError(faults);
  return text;
}
