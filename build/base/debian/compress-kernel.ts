import { copyFile, rename } from "node:fs/promises";
import { runStep, type StepResult } from "../../core/steps.ts";
import { identifyPackages } from "../../debian/packages.ts";
import type { Architecture } from "../../debian/architectures.ts";
import type { Tools } from "../../debian/tools.ts";
import type { Kernel } from "./kernel.ts";

/**
 * The kernel as boot loaders take it. Debian's for arm64 isn't compressed (38 MB); gzip is what U-Boot and GRUB both
 * unpack. The others unpack themselves.
 */
export function compressKernel(
  architecture: Architecture,
  kernel: Kernel,
  tools: Tools,
  cache: string,
): Promise<StepResult> {
  return runStep(cache, {
    name: "kernel",
    title: architecture === "arm64" ? "Compress the kernel" : "Take the kernel",
    inputs: { architecture, kernel: kernel.package.sha256, tools: identifyPackages(tools.packages) },
    async make(file) {
      await copyFile(kernel.image, file);
      if (architecture !== "arm64") return;
      // Zopfli (-11) would save 0.6 MB, and take 90 s
      await tools.run("pigz", ["-9", "--no-name", file]);
      await rename(`${file}.gz`, file);
    },
  });
}
