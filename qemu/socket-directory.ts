import { closeSync, constants, mkdirSync, openSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/** A socket on which exactly one peer is awaited. */
export interface Awaited {
  readonly socket: Promise<Socket>;
  /** Stops waiting; a socket that has come stays. */
  close(): void;
}

/**
 * A folder whose Unix sockets can be listened on however long its path is. An address holds 107 bytes
 * (unix(7)), so that sockets are addressed through the open folder: `/proc/self/fd/7/router.qmp`.
 */
export class SocketDirectory {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    mkdirSync(path, { recursive: true });
    this.path = path;
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** Listens, and gives the first peer that connects. */
  async expect(name: string): Promise<Awaited> {
    rmSync(join(this.path, name), { force: true }); // left behind by a run that was killed
    const server = createServer();
    const socket = new Promise<Socket>((resolve, reject) => {
      server.once("error", reject);
      server.once("connection", (peer) => {
        peer.on("error", () => {}); // a machine that is killed resets its sockets, taken up or not
        server.close();
        resolve(peer);
      });
    });
    await listen(server, `/proc/self/fd/${this.#descriptor}/${name}`);
    return { socket, close: () => server.close() };
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}
