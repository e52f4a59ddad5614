import { styleText } from "node:util";
import type { Status } from "./report.ts";

const colors = { passed: "green", failed: "red", skipped: "yellow" } as const;

/** Colours a text by what it says; the width on screen stays. */
export type Paint = (status: Status, text: string) => string;

export function choosePaint(inColor: boolean): Paint {
  return (status, text) => (inColor ? styleText(colors[status], text, { validateStream: false }) : text);
}
