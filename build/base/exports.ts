import { buildrootExport } from "./buildroot/export.ts";
import type { ExportBase } from "./export-base.ts";
import { openwrtExport } from "./openwrt/export.ts";

/** The bases that have an overlay, by name. */
export const exportBases: Readonly<Record<string, ExportBase>> = {
  buildroot: buildrootExport,
  openwrt: openwrtExport,
};
