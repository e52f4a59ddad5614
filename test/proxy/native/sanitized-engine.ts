import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../../../build/core/faults.ts";
import { run } from "../../../build/core/run.ts";
import { hostArchitecture } from "../../../build/debian/architectures.ts";
import { compileAddon } from "../../../build/payload/compile-addon.ts";
import { hostCompiler } from "../../payload/host-compiler.ts";

const flags = [
  "-O1",
  "-g",
  "-fno-omit-frame-pointer",
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
];

/**
 * Compiles the native engine with AddressSanitizer and UBSan into a folder, and returns the environment in which
 * tests use that one: what it does wrong ends the test's process, and so does what it hasn't freed at the end.
 */
export async function compileSanitized(folder: string): Promise<NodeJS.ProcessEnv> {
  const compiler = hostCompiler(hostArchitecture(), flags);
  if (compiler === undefined) throw new ToolError("gcc is missing", "apt-get install gcc libc6-dev");
  const addon = join(folder, "engine.node");
  await compileAddon(compiler, "engine.node", addon);
  const { stdout } = await run([compiler.name, "-print-file-name=libasan.so"]);
  const suppressions = join(folder, "suppressions");
  // Node leaves much to the kernel; threads of the engine's have no frame of it
  await writeFile(suppressions, "leak:/bin/node\n");
  return {
    HALFBRIDGE_ENGINE_ADDON: addon,
    LD_PRELOAD: stdout.trim(),
    // what was freed is kept for a while, but not so much that tests of memory would see it
    ASAN_OPTIONS: "detect_leaks=1:halt_on_error=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=64",
    LSAN_OPTIONS: `suppressions=${suppressions}:print_suppressions=0`,
    UBSAN_OPTIONS: "print_stacktrace=1",
  };
}
