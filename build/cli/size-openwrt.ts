import { openwrtExport } from "../base/openwrt/export.ts";
import { findOverlayOverrun, mostPackedBytes, weighOverlay } from "../base/openwrt/weigh.ts";
import { InputError } from "../core/faults.ts";
import { makeForBase } from "../overlay.ts";
import { formatTable } from "../report/text-table.ts";
import { outDirectory, readForBase, type InputOptions } from "./inputs.ts";

/** Ranks what the overlay for OpenWrt weighs; what OpenWrt's own part weighs, only its build knows. */
export async function sizeOpenwrt(
  boardName: string,
  options: InputOptions & { readonly json?: true },
): Promise<void> {
  const { board, ...loaded } = await readForBase(openwrtExport, boardName, options);
  const made = await makeForBase(openwrtExport, board, loaded, { outDirectory, refresh: false });
  const parts = await weighOverlay(made);
  const faults = findOverlayOverrun(board.name, parts);
  if (options.json) process.stdout.write(`${JSON.stringify({ parts, mostPackedBytes, faults }, null, 2)}\n`);
  else {
    const sum = { from: "overlay", bytes: total(parts, "bytes"), packedBytes: total(parts, "packedBytes") };
    const rows = [...parts, sum].map(({ from, bytes, packedBytes }) => [
      from,
      megabytes(bytes),
      megabytes(packedBytes),
    ]);
    process.stdout.write(`${formatTable([["", "as files", "packed"], ...rows]).join("\n")}\n`);
  }
  if (faults.length === 0) return;
  if (options.json) process.exitCode = 1;
  else throw new InputError(faults);
}

const total = (
  parts: readonly Record<"bytes" | "packedBytes", number>[],
  key: "bytes" | "packedBytes",
): number => parts.reduce((sum, part) => sum + part[key], 0);

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
