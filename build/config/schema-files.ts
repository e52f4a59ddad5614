import { boardSchema } from "./board-schema.ts";
import { siteSchema } from "./site-schema.ts";

/** The schemas as files for editors: `# yaml-language-server: $schema=board.schema.json`. */
export const schemaFiles: readonly { readonly path: string; readonly text: string }[] = [
  { path: "board-configs/board.schema.json", text: `${JSON.stringify(boardSchema, null, 2)}\n` },
  { path: "sites/site.schema.json", text: `${JSON.stringify(siteSchema, null, 2)}\n` },
];
