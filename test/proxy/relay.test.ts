import { createHash, randomBytes } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { relay } from "../../proxy/src/relay.ts";
import { bufferBytes, countBytes, createFlood, floodBytes, MiB, settled } from "./flood.ts";
import {
  close,
  dial,
  ending,
  inLab,
  listen,
  openSockets,
  plainConnect,
  quickConfig,
  until,
} from "./loopback-lab.ts";

test.serial("bytes go both ways unchanged, and one line says how many", async (t) => {
  const sent = randomBytes(3 * MiB);
  await inLab(t, { serve: (socket) => socket.pipe(socket) }, async ({ connect, logged, events }) => {
    const client = connect();
    client.end(sent);
    const { text } = await ending(client);
    t.is(hash(Buffer.from(text, "latin1")), hash(sent));
    await logged(1);
    t.like(events[0], {
      event: "connection",
      ended: "closed",
      bytesFromClient: sent.length,
      bytesToClient: sent.length,
    });
    t.is(events[0]?.["url"], undefined, "noise is no request");
  });
});

test.serial("a client that has sent its end still gets the answer", async (t) => {
  await inLab(
    t,
    { serve: (socket) => void ending(socket).then(({ text }) => socket.end(`you said ${text}`)) },
    async ({ connect, logged, events }) => {
      const client = connect();
      client.end("all");
      t.deepEqual(await ending(client), { text: "you said all" });
      await logged(1);
      t.is(events[0]?.["ended"], "closed");
    },
  );
});

test.serial("an origin that has sent its end still gets the rest of the question", async (t) => {
  let heard: string | undefined;
  const serve = (socket: Socket) => {
    socket.end("goodbye");
    void ending(socket).then(({ text }) => (heard = text));
  };
  await inLab(t, { serve }, async ({ connect }) => {
    const client = connect();
    t.deepEqual(await ending(client), { text: "goodbye" });
    t.is(heard, undefined);
    client.end("but I was not done");
    await until(() => heard !== undefined, "the origin to hear the end");
    t.is(heard, "but I was not done");
  });
});

test.serial("a client that does not read holds its origin back, and later gets every byte", async (t) => {
  const { flood, sentBytes } = createFlood(t);
  await inLab(t, { serve: flood }, async ({ connect }) => {
    const before = await bufferBytes();
    const client = connect();
    const heldBytes = await settled(sentBytes);
    t.true(
      heldBytes < floodBytes / 2,
      `the origin could send ${heldBytes} bytes to a client that reads none`,
    );
    const grownBytes = (await bufferBytes()) - before;
    t.true(grownBytes < 4 * MiB, `${grownBytes} bytes of buffers for one connection`);
    t.is(await countBytes(client), floodBytes);
    client.end();
  });
});

test.serial("an origin that does not read holds its client back, and later gets every byte", async (t) => {
  const { flood, sentBytes } = createFlood(t);
  let atOrigin: Socket | undefined;
  await inLab(t, { serve: (socket) => void (atOrigin = socket.pause()) }, async ({ connect }) => {
    flood(connect());
    const heldBytes = await settled(sentBytes);
    t.true(
      heldBytes < floodBytes / 2,
      `the client could send ${heldBytes} bytes to an origin that reads none`,
    );
    if (atOrigin === undefined) throw new Error("the origin has no connection");
    t.is(await countBytes(atOrigin), floodBytes);
    atOrigin.end();
  });
});

test.serial("control: through a relay without back-pressure all bytes are sent at once", async (t) => {
  const { flood, sentBytes } = createFlood(t);
  const origin = createServer(flood);
  const to = await listen(origin);
  const careless = createServer((client) => {
    const out = plainConnect(undefined, to).on("error", () => {});
    client.on("error", () => {}).once("close", () => out.destroy());
    out.on("data", (chunk) => client.write(chunk));
  });
  const client = dial(await listen(careless));
  await until(() => sentBytes() === floodBytes, "the origin to get rid of everything");
  client.destroy();
  await Promise.all([close(careless), close(origin)]);
  t.is(sentBytes(), floodBytes);
});

test.serial("a connection without a byte for the idle time is reset on both sides", async (t) => {
  const origins: Promise<{ error?: string }>[] = [];
  const serve = (socket: Socket) => void origins.push(ending(socket));
  await inLab(t, { serve, config: { idleTimeoutMs: 150 } }, async ({ connect, events, logged }) => {
    const client = connect();
    client.write("hello");
    t.deepEqual(await ending(client), { text: "", error: "ECONNRESET" });
    t.like(await origins[0], { error: "ECONNRESET" });
    await logged(1);
    t.like(events[0], { ended: "idle", bytesFromClient: 5, bytesToClient: 0 });
    t.true(Number(events[0]?.["durationMs"]) >= 145);
  });
});

test.serial(
  "control: a byte now and then, from either side, keeps a connection for longer than the idle time",
  async (t) => {
    await inLab(
      t,
      {
        serve: (socket) => void socket.on("data", () => {}).on("end", () => socket.end()),
        config: { idleTimeoutMs: 400 },
      },
      async ({ connect, events, logged }) => {
        const client = connect();
        for (let beat = 0; beat < 12; beat++) {
          client.write(".");
          await sleep(50);
        }
        t.deepEqual(events, []);
        client.end();
        t.deepEqual(await ending(client), { text: "" });
        await logged(1);
        t.is(events[0]?.["ended"], "closed");
      },
    );
  },
);

test.serial("a half-closed connection is reset after its own, shorter time", async (t) => {
  const config = { idleTimeoutMs: 5000, halfCloseTimeoutMs: 100 };
  let atOrigin: Socket | undefined;
  await inLab(
    t,
    { serve: (socket) => void (atOrigin = socket.resume()), config },
    async ({ connect, events, logged }) => {
      const client = connect();
      client.end("last words");
      t.like(await ending(client), { error: "ECONNRESET" });
      await logged(1);
      t.like(events[0], { ended: "half-close-timeout", bytesFromClient: 10 });
      // The origin has had the client's end; that there is nobody left it notices when it speaks.
      await until(
        () => atOrigin?.write("too late") === false || atOrigin?.destroyed === true,
        "the origin to notice",
      );
      t.regex(String(atOrigin?.errored), /EPIPE|ECONNRESET/);
    },
  );
});

test.serial("a client that stops reading an answer is reset", async (t) => {
  await inLab(
    t,
    { serve: (socket) => void socket.end(Buffer.alloc(32 * MiB)).resume(), config: { idleTimeoutMs: 150 } },
    async ({ connect, events, logged }) => {
      const client = connect();
      await logged(1);
      t.is(events[0]?.["ended"], "idle");
      t.is((await ending(client)).error, "ECONNRESET");
    },
  );
});

test.serial("a refused connection is reset for the client", async (t) => {
  await inLab(t, {}, async ({ connect, events, logged }) => {
    t.deepEqual(await ending(connect()), { text: "", error: "ECONNRESET" });
    await logged(1);
    t.like(events[0], { ended: "refused", by: "origin", error: "ECONNREFUSED", bytesToClient: 0 });
  });
});

test.serial("a reset by the client reaches the origin", async (t) => {
  let atOrigin: Promise<{ error?: string }> | undefined;
  await inLab(
    t,
    { serve: (socket) => void (atOrigin = ending(socket)) },
    async ({ connect, events, logged }) => {
      const client = connect();
      client.write("x");
      await until(() => atOrigin !== undefined, "the origin's connection");
      client.resetAndDestroy();
      t.like(await atOrigin, { error: "ECONNRESET" });
      await logged(1);
      t.like(events[0], { ended: "reset", by: "client" });
    },
  );
});

test.serial("a reset by the origin reaches the client", async (t) => {
  await inLab(
    t,
    { serve: (socket) => void socket.once("data", () => socket.resetAndDestroy()) },
    async ({ connect, events, logged }) => {
      const client = connect();
      client.write("x");
      t.like(await ending(client), { error: "ECONNRESET" });
      await logged(1);
      t.like(events[0], { ended: "reset", by: "origin" });
    },
  );
});

test.serial(
  "a connection that is ended at the very moment its end is passed on leaves nothing behind",
  async (t) => {
    const origin = createServer(
      { allowHalfOpen: true },
      (socket) => void socket.on("error", () => {}).end("bye"),
    );
    const to = await listen(origin);
    const ends: string[] = [];
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const outgoing = plainConnect(undefined, to);
      const stop = relay(client, outgoing, quickConfig, ({ ended }) => ends.push(ended));
      // After the relay's own listener, which has just ended the client's side.
      outgoing.once("end", stop);
    });
    const client = dial(await listen(server));
    await ending(client);
    client.end();
    await until(() => client.destroyed && openSockets() === 0, "all sockets to be closed");
    t.deepEqual(ends, ["stopped"]);
    await Promise.all([close(server), close(origin)]);
  },
);

test.serial("a storm of clients that come and go in every way leaves nothing behind", async (t) => {
  await inLab(t, { serve: (socket) => void socket.pipe(socket) }, async ({ connect, events, logged }) => {
    const clients = Array.from({ length: 200 }, connect);
    const ends = clients.map(async (client, index) => {
      client.write(`client ${index} says `.repeat(index * 5));
      if (index % 4 === 1) await sleep(index % 20);
      if (index % 4 === 2) client.resetAndDestroy();
      else if (index % 4 === 3) client.destroy();
      else {
        client.end("bye");
        t.true((await ending(client)).text.endsWith("bye"));
      }
    });
    await Promise.all(ends);
    // A client that was reset before it was accepted has no line.
    await logged(100);
    await until(() => events.length >= 100 && !events.some(({ event }) => event !== "connection"), "lines");
  });
});

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
