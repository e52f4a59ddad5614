import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { InputError } from "../core/faults.ts";
import { interruption } from "../core/interrupt.ts";

/** What is going to be overwritten, and the name that has to be typed for that to happen. */
export interface Erasure {
  /** As the user named it. */
  readonly path: string;
  readonly description: string;
  readonly name: string;
}

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable;
}

/** Asks for the device's name. Throws an InputError where it isn't typed, or nobody is there to ask. */
export async function confirmByName(
  { path, description, name }: Erasure,
  { input, output }: Terminal,
): Promise<void> {
  const fault = (fact: string, hint: string) => new InputError([{ file: path, path: "", fact, hint }]);
  if (input.isTTY !== true)
    throw fault(`this erases ${description}, and there is no terminal to ask on`, "--yes goes on without");
  // As no terminal, readline leaves Ctrl-C to the process, which ends orderly on it.
  const lines = createInterface({ input, output, terminal: false });
  try {
    const closed = new Promise<string>((resolve) => void lines.once("close", () => resolve("")));
    const question = `This erases ${description}: type ${name} to go on: `;
    const typed = await Promise.race([lines.question(question, { signal: interruption }), closed]);
    if (typed.trim() !== name) throw fault("was not confirmed: nothing was written", `type ${name} to go on`);
  } finally {
    lines.close();
  }
}
