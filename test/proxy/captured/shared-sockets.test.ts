import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { engines, get } from "../engine-lab.ts";
import { withEngineProcess, type EngineProcess } from "../engine-process.ts";

for (const engine of Object.keys(engines))
  test.serial(
    `${engine}: what has ended is heard of no more, though a program that was started has its sockets, too`,
    async (t) => {
      let atOrigin: Socket | undefined;
      // goes on sending, whoever listens
      const serve = (socket: Socket): void =>
        void socket.once("data", () => {
          atOrigin = socket;
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
          const timer = setInterval(() => socket.write("a"), 5);
          socket.once("close", () => clearInterval(timer));
        });
      await withEngineProcess(engine, { serve }, async (process) => {
        const { connect, share, alone, sockets, watched } = process;
        const atRest = new Set(sockets());
        const client = connect();
        client.resume().write(get("/"));
        await once(client, "data");
        const both = sockets().filter((inode) => !atRest.has(inode));
        t.is(both.length, 2);
        const heardOf = (): string[] => watched().filter((inode) => both.includes(inode));
        t.deepEqual(heardOf().sort(), both.toSorted(), "control: as long as it is open");

        await share();
        client.resetAndDestroy();
        await untilNoneIsOpen(process);
        t.deepEqual(
          sockets().filter((inode) => both.includes(inode)),
          [],
        );
        // some bytes more come for what is closed
        await sleep(200);
        t.false(atOrigin?.destroyed, "control: its sockets live on");
        t.is((await process.standing()).count.open, 0, "and so does the engine");
        t.deepEqual(heardOf(), []);

        const end = new Promise((resolve) => atOrigin?.once("close", resolve));
        await alone();
        await end;
      });
    },
  );

async function untilNoneIsOpen({ standing }: EngineProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await standing()).count.open === 0) return;
    await sleep(10);
  }
  throw new Error("the connection is open still");
}
