import { join } from "node:path";
import { projectRoot } from "../core/paths.ts";
import type { Compiler } from "../debian/compiler.ts";

/**
 * Compiles the proxy's addon to `file`. The same source and compiler give the same bytes, wherever the
 * checkout lies. Throws a ToolError when the compiler refuses.
 */
export function compileAddon(compiler: Compiler, file: string): Promise<void> {
  const source = join(projectRoot, "proxy", "addon", "transparent.c");
  return compiler.compileShared(
    source,
    join(projectRoot, "node_modules", "node-api-headers", "include"),
    file,
  );
}
