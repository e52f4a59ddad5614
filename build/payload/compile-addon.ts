import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../core/paths.ts";
import type { Compiler } from "../debian/compiler.ts";

/**
 * Compiles the proxy's addon to `file`, which is there whole or not at all. The same source and compiler
 * give the same bytes, wherever the checkout lies. Throws a ToolError when the compiler refuses.
 */
export async function compileAddon(compiler: Compiler, file: string): Promise<void> {
  const unfinished = `${file}.tmp`;
  try {
    await compiler.compileShared(
      join(projectRoot, "proxy", "addon", "transparent.c"),
      join(projectRoot, "node_modules", "node-api-headers", "include"),
      unfinished,
    );
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}
