import { join } from "node:path";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build, type Plugin } from "esbuild";
import { ajvOptions } from "../config/compile-schema.ts";
import { siteSchema } from "../config/site-schema.ts";
import { projectRoot } from "../core/paths.ts";

/** Programs of the router by their names there; they are CommonJS, which Node starts faster than modules. */
export const programs = {
  "proxy.cjs": join("proxy", "src", "main.ts"),
  "render-setup.cjs": join("build", "router", "render-setup.ts"),
  "squid-lists.cjs": join("build", "router", "squid-lists.ts"),
} as const;

/**
 * Bundles a program into one file that needs nothing but Node 20 (Debian's, for armhf) or later (and, for the proxy, the addon beside it).
 * Names are kept, so that a stack trace from the router can be read. The same source gives the same bytes,
 * wherever the checkout lies.
 */
export async function bundleProgram(name: keyof typeof programs): Promise<Buffer> {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [programs[name]],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    define: { "import.meta.dirname": "__dirname" },
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: false,
    legalComments: "none",
    plugins: [compiledSchemas],
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("esbuild returned no file");
  return Buffer.from(loadWhenUsed(bundle.text));
}

/**
 * Has a program load each of Node's modules when it first uses it, not all at its start: `var a=require("node:b")`
 * becomes `var a`, and `a.c` becomes `(a??=require("node:b")).c`.
 */
export function loadWhenUsed(program: string): string {
  const modules = new Map<string, string>();
  const declared = program.replaceAll(
    /\b(import_\w+)=(require\("node:[^"]+"\))/g,
    (_, name: string, load: string) => {
      modules.set(name, load);
      return name;
    },
  );
  return declared.replaceAll(/\b(import_\w+)\./g, (use, name: string) => {
    const load = modules.get(name);
    return load === undefined ? use : `(${name}??=${load}).`;
  });
}

/** ajv and its compiling would be the larger part of render-setup, and of its time: a router gets the result. */
const compiledSchemas: Plugin = {
  name: "compiled-schemas",
  setup(program) {
    program.onLoad({ filter: /\/build\/config\/compile-schema\.ts$/ }, () => {
      const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true } });
      const code = standalone.default(ajv, ajv.compile(siteSchema));
      return {
        contents: `${code}\nexport const compileSchema = () => validate;`,
        loader: "js",
        resolveDir: projectRoot,
      };
    });
  },
};
