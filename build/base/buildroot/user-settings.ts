import { readFragmentText } from "../../config/fragment.ts";

/** What the user says of Buildroot's configuration, and where. */
export interface UserSettings {
  readonly text: string;
  /** What to call the place of a line, in errors. */
  readonly source: string;
}

/** Settings that people keep in their environment, as they are the machine's rather than a board's. */
const machineSettings = {
  BR2_DL_DIR: "string",
  BR2_PRIMARY_SITE: "string",
  BR2_BACKUP_SITE: "string",
  BR2_CCACHE: "bool",
  BR2_CCACHE_DIR: "string",
  BR2_JLEVEL: "number",
} as const;

/** Of these, what makes other programs of the same sources. */
const sayWhat: ReadonlySet<string> = new Set(["BR2_CCACHE"]); // compilers are wrapped for it

/** Tells of a line of configuration whether it says only how to build, and not what. */
export function saysHowOnly(line: string): boolean {
  const name = /^(BR2_\w+)=/.exec(line)?.[1];
  return name !== undefined && name in machineSettings && !sayWhat.has(name);
}

/** What the environment says, then what a fragment (lines of a defconfig) says, which goes before. Throws an InputError. */
export async function readUserSettings(
  fragment: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<UserSettings> {
  const lines = Object.entries(machineSettings).flatMap(([name, kind]) => {
    const value = environment[name];
    if (value === undefined || value === "") return [];
    return [kind === "string" ? `${name}="${value}"` : `${name}=${value}`];
  });
  if (fragment === undefined) return { text: asText(lines), source: "the environment" };
  const text = await readFragmentText(fragment, "BR2_");
  return { text: asText(lines) + text, source: fragment };
}

const asText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
