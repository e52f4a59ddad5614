/** Writes the JSON Schemas that editors read from the ones that the tool runs: `npm run schemas`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../build/core/paths.ts";
import { schemaFiles } from "../build/config/schema-files.ts";

for (const { path, text } of schemaFiles) await writeFile(join(projectRoot, path), text);
