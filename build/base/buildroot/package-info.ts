import { ToolError } from "../../core/faults.ts";
import type { Checkout } from "./checkout.ts";
import { askMake, type BuildFolders } from "./make.ts";

/** What of a package's facts `make show-info` tells (Buildroot manual: "Details about packages"). */
export interface PackageInfo {
  readonly type: "target" | "host" | "rootfs";
  readonly name: string;
  readonly virtual?: boolean;
  readonly version?: string;
  readonly licenses?: string;
  readonly downloads?: readonly { readonly source: string }[];
  /** Where its steps leave their marks, in the output folder. */
  readonly stamp_dir?: string;
  /** Packages that are built with it. */
  readonly reverse_dependencies?: readonly string[];
}

/** All that a configuration has Buildroot build. */
export async function readPackages(checkout: Checkout, folders: BuildFolders): Promise<PackageInfo[]> {
  const text = await askMake(["show-info"], checkout, folders);
  try {
    return Object.values(JSON.parse(text) as Record<string, PackageInfo>);
  } catch {
    throw new ToolError(`make show-info printed something other than JSON:\n${text.slice(0, 300)}`);
  }
}
