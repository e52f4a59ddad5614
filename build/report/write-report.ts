import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderHtml } from "./render-html.ts";
import { renderJunit } from "./render-junit.ts";
import type { Report } from "./report.ts";

/** Writes report.json, junit.xml and report.html into a folder, each whole or not at all. */
export async function writeReport(report: Report, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files = {
    "report.json": `${JSON.stringify(report, null, 2)}\n`,
    "junit.xml": renderJunit(report),
    "report.html": renderHtml(report),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, `${name}.tmp`), text);
    await rename(join(directory, `${name}.tmp`), join(directory, name));
  }
}
