import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import test from "ava";
import { schemaFiles } from "../../build/config/schema-files.ts";
import { projectRoot } from "../../build/core/paths.ts";

for (const { path, text } of schemaFiles) {
  test(`${path} is what the tool runs (npm run schemas writes it)`, async (t) => {
    t.is(await readFile(join(projectRoot, path), "utf8"), text);
  });

  test(`${path} is sound itself, which the tool doesn't look at`, (t) => {
    const ajv = new Ajv({ strict: true });
    t.true(ajv.validateSchema(JSON.parse(text)), ajv.errorsText());
  });
}
