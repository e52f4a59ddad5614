import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import Handlebars from "handlebars";
import { ToolError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import { mergeTrees, textFile, type Entry } from "../core/tree.ts";

/**
 * Renders a folder of `templates/` to the paths that it mirrors: `etc/inittab.hbs` becomes
 * `/etc/inittab`. A value that a template names and the view lacks is an error.
 */
export async function renderTemplates(folder: string, view: object): Promise<Entry[]> {
  const files = await readTextFiles(join(projectRoot, "templates", folder));
  return files.map(({ path, text }) => {
    const rendered = renderText(text, view, `templates/${folder}${path}`);
    return textFile(path.replace(/\.hbs$/, ""), rendered, modeOf(rendered));
  });
}

/** Renders one file of `templates/`. */
export async function renderTemplate(name: string, view: object): Promise<string> {
  return renderText(await readFile(join(projectRoot, "templates", name), "utf8"), view, `templates/${name}`);
}

/** The literal files of folders of `overlays/`. */
export async function readOverlays(...folders: readonly string[]): Promise<Entry[]> {
  const trees = await Promise.all(
    folders.map(async (folder) => {
      const files = await readTextFiles(join(projectRoot, "overlays", folder));
      return files.map(({ path, text }) => textFile(path, text, modeOf(text)));
    }),
  );
  return mergeTrees(...trees);
}

function renderText(text: string, view: object, name: string): string {
  try {
    return Handlebars.compile(text, { strict: true, noEscape: true, knownHelpersOnly: true })(view);
  } catch (error) {
    // Handlebars' own exceptions say neither file nor that they are errors of ours
    throw new ToolError(`${name}: ${(error as Error).message}`);
  }
}

/** A script is what says who runs it. */
function modeOf(text: string): number {
  return text.startsWith("#!") ? 0o755 : 0o644;
}

async function readTextFiles(root: string): Promise<{ path: string; text: string }[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map(async (file) => ({ path: file.slice(root.length), text: await readFile(file, "utf8") })),
  );
}
