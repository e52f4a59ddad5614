/**
 * Runs in the client's namespace. Arguments: the origin's address, a path, hosts. Asks for the path as each
 * of the hosts, and prints what came of each as a line of JSON: status and text, or the error's code.
 */
import { request } from "node:http";

export interface Answer {
  readonly status?: number;
  readonly text?: string;
  readonly error?: string;
}

const [address = "", path = "", ...names] = process.argv.slice(2);
for (const name of names) process.stdout.write(`${JSON.stringify(await ask(name))}\n`);

function ask(host: string): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve({ error: error.code ?? error.message });
    const asked = request(
      { host: address, path, headers: { host }, agent: false, timeout: 5000 },
      (answer) => {
        let text = "";
        answer.on("error", fail).on("data", (data: Buffer) => (text += data.toString()));
        answer.on("end", () => resolve({ ...(answer.statusCode && { status: answer.statusCode }), text }));
      },
    );
    asked.on("error", fail).on("timeout", () => asked.destroy(new Error("silence")));
    asked.end();
  });
}
