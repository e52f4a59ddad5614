import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { ToolError } from "../build/core/faults.ts";

type Reply =
  | { readonly return: unknown }
  | { readonly error: { readonly class: string; readonly desc: string } };

/** QEMU's machine protocol (docs/interop/qmp-spec): one command at a time, JSON lines. */
export class Qmp {
  readonly #socket: Socket;
  readonly #waiting: ((reply: Reply) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => {
      const message = JSON.parse(line) as object;
      if ("return" in message || "error" in message) this.#waiting.shift()?.(message as Reply);
    });
    lines.on("error", () => {}); // a machine that is killed resets the socket; "close" follows
    socket.on("close", () => {
      const gone = { error: { class: "Gone", desc: "the machine has ended" } };
      for (const settle of this.#waiting.splice(0)) settle(gone);
    });
  }

  /** Negotiates, after which commands are taken. */
  static async open(socket: Socket): Promise<Qmp> {
    const qmp = new Qmp(socket);
    await qmp.execute("qmp_capabilities");
    return qmp;
  }

  /** Runs a command and gives what it returns. Throws a ToolError with QEMU's own words. */
  async execute(command: string, given: object = {}): Promise<unknown> {
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: given })}\n`);
    });
    if ("error" in reply) throw new ToolError(`QMP ${command}: ${reply.error.desc}`);
    return reply.return;
  }
}
