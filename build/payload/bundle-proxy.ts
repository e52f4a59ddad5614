import { join } from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../core/paths.ts";

/** The bundle's name on the router; it is CommonJS, which Node starts faster than a module. */
export const proxyBundleName = "proxy.cjs";

/**
 * Bundles the proxy into one file that needs nothing but Node 24 and, beside it, the addon. Names
 * are kept, so that a stack trace from the router can be read. The same source gives the same bytes,
 * wherever the checkout lies.
 */
export async function bundleProxy(): Promise<Buffer> {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [join("proxy", "src", "main.ts")],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "cjs",
    define: { "import.meta.dirname": "__dirname" },
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: false,
    legalComments: "none",
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("esbuild returned no file");
  return Buffer.from(bundle.contents);
}
