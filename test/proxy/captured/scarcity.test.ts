import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { answering, engines, get, ok } from "../engine-lab.ts";
import { withEngineProcess, type EngineProcess } from "../engine-process.ts";
import { createFlood, MiB } from "../flood.ts";
import { ending } from "../loopback-lab.ts";

/** On a busy machine nobody is to be given up meanwhile. */
const patient = { headTimeoutMs: 60_000, idleTimeoutMs: 60_000 };

for (const engine of Object.keys(engines)) {
  const promise = (title: string, run: (t: ExecutionContext) => Promise<void>): void =>
    test.serial(`${engine}: ${title}`, run);

  for (const isLimited of [true, false]) {
    promise(
      isLimited
        ? "out of descriptors new clients are turned away, old ones go on, and later there is room again"
        : "control: with descriptors enough nobody is turned away",
      async (t) => {
        const { serve } = answering();
        await withEngineProcess(engine, { serve }, async (process) => {
          const { connect, inUse, leaveFree, standing } = process;
          const atRest = inUse();
          const old = Array.from({ length: 8 }, connect);
          for (const client of old) t.is(await ask(client, "/early"), ok("</early>"));
          if (isLimited) leaveFree(4);
          // what these hold nobody else can have
          const silent = Array.from({ length: 6 }, connect);

          const late = Array.from({ length: 24 }, connect);
          const answers = await Promise.all(late.map(async (client) => ask(client, "/late")));
          const turnedAway = answers.filter((answer) => answer === "").length;
          t.true(answers.every((answer) => ["", ok("</late>")].includes(answer)));
          if (isLimited) t.true(turnedAway > 0, `${turnedAway} of ${late.length} were turned away`);
          else t.is(turnedAway, 0);
          for (const client of old) t.is(await ask(client, "/still"), ok("</still>"));
          const { shed } = (await standing()).count;
          if (engine === "native") t.is(shed > 0, isLimited);

          for (const client of [...late, ...silent]) client.destroy();
          // who couldn't be accepted is looked at again a moment later
          await sleep(150);
          const next = connect();
          t.is(await ask(next, "/next"), ok("</next>"), "who come later are served, whatever the limit");
          for (const client of [...old, next]) client.destroy();
          await untilAtRest(process, atRest);
          t.pass();
        });
      },
    );
  }

  promise("whatever breaks off, each descriptor is given back", async (t) => {
    const said = [
      get("/one") + get("/two"),
      "PUT /three HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      "GET /four HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nframes",
      "GET /five HTTP/1.1\nHost: a\n\n",
    ];
    const answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let reached = 0;
    // says so much of its answer, and then ends, resets, or stays; some never end after their client
    const serve = (socket: Socket): void => {
      const number = reached++;
      socket.on("data", () => {});
      if (number % 2 === 0) socket.on("end", () => socket.end());
      socket.once("data", () =>
        socket.write(answer.slice(0, 1 + (number % answer.length)), () => {
          if (number % 3 === 0) socket.end();
          else if (number % 3 === 1) socket.resetAndDestroy();
        }),
      );
    };
    const config = { headTimeoutMs: 500, idleTimeoutMs: 700, halfCloseTimeoutMs: 400 };
    await withEngineProcess(engine, { serve, config }, async (process) => {
      const atRest = process.inUse();
      let mostOpen = 0;
      for (const text of said) {
        for (let length = 1; length <= text.length; length++) {
          const client = process.connect();
          client.write(text.slice(0, length), () => {
            if (length % 3 === 0) client.resetAndDestroy();
            else if (length % 3 === 1) client.end();
          });
          if (length % 2 === 0) client.resume();
        }
        await sleep(50);
        mostOpen = Math.max(mostOpen, process.inUse() - atRest);
      }
      t.true(mostOpen > 20, `control: ${mostOpen} descriptors were open at once`);
      // no client that is left goes by itself: the engine's own times end them
      await untilAtRest(process, atRest);
      t.true(reached > 20, `${reached} reached the origin`);
    });
  });

  promise(
    "what clients don't take is left with origins, and who is one too many costs nothing",
    async (t) => {
      const most = 200;
      const { flood } = createFlood(t, { ends: false });
      const serve = (socket: Socket): void =>
        void socket.once("data", () => {
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
          flood(socket);
        });
      const config = { maxConnections: most, maxConnectionsPerClient: most, ...patient };
      await withEngineProcess(engine, { serve, config }, async (process) => {
        const { connect, standing, inUse, residentBytes } = process;
        const [atRest, before] = [inUse(), residentBytes()];
        const clients = Array.from({ length: most }, connect);
        // before any has a flood: those would take the memory that is wanted for one more client
        await untilOpen(process, most);
        for (const client of clients) client.write(get("/flood"));
        await untilQuiet(process);
        const held = residentBytes() - before;
        // what passes through the kernel alone isn't in the engine's memory
        const eachKiB = engine === "native" ? 16 : 512;
        t.true(held < most * eachKiB * 1024, `${held} bytes for ${most} clients`);
        t.is((await standing()).count.open, most);

        for (let times = 0; times < 20; times++)
          await Promise.all(Array.from({ length: 100 }, async () => ending(connect())));
        t.like((await standing()).count, { open: most, overLimit: 2000 });
        const more = residentBytes() - before - held;
        // V8 collects when it likes: a leak of 8 KiB each would still show
        const mostMiB = engine === "native" ? 4 : 15;
        t.true(more < mostMiB * MiB, `${more} bytes more for 2,000 that were refused`);
        for (const client of clients) client.destroy();
        await untilAtRest(process, atRest);
      });
    },
  );
}

test.serial(
  "native: heads that aren't whole take so much memory and no more; small requests are still served",
  async (t) => {
    const { serve } = answering();
    await withEngineProcess("native", { serve, config: patient }, async (process) => {
      const { connect, standing, inUse, residentBytes } = process;
      const [atRest, before] = [inUse(), residentBytes()];
      const open = async (count: number): Promise<Socket[]> => {
        const clients = Array.from({ length: count }, connect);
        for (const client of clients) client.write(`GET / HTTP/1.1\r\nA: ${"a".repeat(60_000)}`);
        await untilQuiet(process);
        return clients;
      };
      const first = await open(150); // one thread can hold them all, should the other get none
      const { count } = await standing();
      t.like(count, { open: 150, shed: 0 }, "control: some are held");
      t.true(residentBytes() - before > 150 * 60_000);
      const others = await open(750);
      t.true((await standing()).count.shed > 0);
      const held = residentBytes() - before;
      t.true(held < 40 * MiB, `${held} bytes`);
      const small = connect();
      t.is(await ask(small, "/small"), ok("</small>"));
      for (const client of [...first, ...others, small]) client.destroy();
      await untilAtRest(process, atRest);
    });
  },
);

test.serial(
  "javascript: with a heap that is nearly full who comes is refused, and it doesn't end",
  async (t) => {
    const { serve } = answering();
    const flags = ["--max-old-space-size=32"];
    const config = { maxConnections: 10_000, maxConnectionsPerClient: 10_000, ...patient };
    await withEngineProcess("javascript", { serve, config, flags }, async (process) => {
      const { connect, standing, inUse } = process;
      const atRest = inUse();
      const clients: Socket[] = [];
      let turnedAway = 0;
      while (turnedAway === 0 && clients.length < 6000) {
        const come = Array.from({ length: 100 }, connect);
        clients.push(...come);
        turnedAway = (await Promise.all(come.map(async (client) => ask(client, "/")))).filter(
          (answer) => answer === "",
        ).length;
      }
      t.true(turnedAway > 0 && turnedAway < 100, `${turnedAway} of the last of ${clients.length}`);
      t.true((await standing()).count.shed > 0);
      const [first] = clients;
      if (first !== undefined) t.is(await ask(first, "/still"), ok("</still>"));
      for (const client of clients) client.destroy();
      await untilAtRest(process, atRest);
      await sleep(300);
      const next = connect();
      t.is(await ask(next, "/next"), ok("</next>"));
      next.destroy();
      await untilAtRest(process, atRest);
    });
  },
);

/** The answer, or nothing if there is none. */
async function ask(client: Socket, path: string): Promise<string> {
  client.write(get(path));
  const heard = new Promise<string>((resolve) =>
    client.once("data", (data: Buffer) => resolve(data.toString("latin1"))),
  );
  return Promise.race([heard, ending(client).then(() => "")]);
}

/** Its clients have gone: it closes what it had for them, each socket and pipe. */
async function untilAtRest({ standing, inUse }: EngineProcess, count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { open } = (await standing()).count;
    if (open === 0 && inUse() <= count) return;
    await sleep(20);
  }
  throw new Error(`${inUse()} descriptors, ${count} before`);
}

/** It has taken so many clients. */
async function untilOpen({ standing }: EngineProcess, clients: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await standing()).count.open === clients) return;
    await sleep(20);
  }
  throw new Error(`${JSON.stringify((await standing()).count)}, wanted ${clients} open`);
}

/** All that was sent to it, and from it, has come as far as it comes. */
async function untilQuiet({ standing }: EngineProcess): Promise<void> {
  for (let before = -1; ;) {
    const { bytesFromClients, bytesToClients } = (await standing()).count;
    const now = bytesFromClients + bytesToClients;
    if (now > 0 && now === before) return;
    before = now;
    await sleep(200);
  }
}
