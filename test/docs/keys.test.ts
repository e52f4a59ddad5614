import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { siteSchema } from "../../build/config/site-schema.ts";
import { projectRoot } from "../../build/core/paths.ts";

const read = (path: string) => readFile(join(projectRoot, path), "utf8");

/** `name`, `ipv6.lan`: each key that has a value of its own. */
function keysOf(properties: object, above = ""): string[] {
  return Object.entries(properties).flatMap(([key, schema]: [string, { properties?: object }]) =>
    schema.properties === undefined ? [above + key] : keysOf(schema.properties, `${above}${key}.`),
  );
}

test("sites/README.md explains every key that a site may have, and no other", async (t) => {
  const [keys = ""] = (await read("sites/README.md")).split("\n## ");
  const rows = keys.split("\n").filter((line) => line.startsWith("| `"));
  const explained = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key),
  );
  t.deepEqual(explained.sort(), keysOf(siteSchema.properties).sort());
});

test("docs/modes.md has a section for every mode", async (t) => {
  const text = await read("docs/modes.md");
  for (const mode of siteSchema.properties.mode.enum) t.regex(text, new RegExp(`^## ${mode}$`, "m"));
});
