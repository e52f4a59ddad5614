/**
 * Runs in the client's namespace. Arguments: how many connections, the origin's address, the host, the
 * clients' addresses. Opens the connections from these addresses in turn, asks once on each, and holds them;
 * prints `ready` once all are answered, or why one isn't, and how many are still open when its input ends.
 */
import { connect, type Socket } from "node:net";

/** More at a time would overrun queues, which isn't what is measured. */
const atATime = 50;

const [count = "", address = "", host = "", ...from] = process.argv.slice(2);
const question = `GET /small HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const sockets: Socket[] = [];
try {
  while (sockets.length < Number(count)) {
    const many = Math.min(atATime, Number(count) - sockets.length);
    const numbers = Array.from({ length: many }, (_, index) => sockets.length + index);
    sockets.push(...(await Promise.all(numbers.map((number) => open(number)))));
  }
} catch (error) {
  process.stdout.write(`after ${sockets.length}: ${(error as Error).message}\n`); // to a pipe, so it's there
  process.exit(1);
}
process.stdout.write("ready\n");
process.stdin.resume().on("end", () => {
  const left = sockets.filter(({ destroyed, readable }) => !destroyed && readable).length;
  process.stdout.write(`${left}\n`, () => process.exit());
});

/** Resolves once the answer has come, which is longer than one KiB. */
async function open(index: number): Promise<Socket> {
  const socket = connect({ host: address, port: 80, localAddress: from[index % from.length] });
  return new Promise((resolve, reject) => {
    let bytes = 0;
    socket.on("error", reject).on("data", ({ length }: Buffer) => {
      bytes += length;
      if (bytes > 1024) resolve(socket);
    });
    socket.write(question);
  });
}
