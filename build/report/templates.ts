import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { projectRoot } from "../core/paths.ts";

const folder = join(projectRoot, "templates/report");

/**
 * Renders `templates/report/<name>.hbs`. Every value is escaped, for HTML and XML alike: a report
 * quotes what machines said. A value that the template names and the view lacks is an error.
 */
export function renderReportTemplate(name: string, view: object, partials: readonly string[] = []): string {
  const handlebars = Handlebars.create();
  for (const partial of partials) handlebars.registerPartial(partial, readTemplate(`${partial}.hbs`));
  return handlebars.compile(readTemplate(`${name}.hbs`), { strict: true, knownHelpersOnly: true })(view);
}

export function readTemplate(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}
