import { fileURLToPath } from "node:url";

/** The root of the checkout (or of the installed package): templates, overlays and boards are below it. */
export const projectRoot = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
