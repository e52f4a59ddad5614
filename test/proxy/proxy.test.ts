import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { dial, ending, inLab, plainConnect, until } from "./loopback-lab.ts";

const echo = (socket: Socket): void => void socket.pipe(socket);
const answer = (socket: Socket): void =>
  void socket.once("data", () => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
const refuseToDial = (): never => {
  throw new Error("it must not be dialled");
};

test.serial("the first request of a connection is in its line, as an absolute URL", async (t) => {
  await inLab(t, { serve: answer }, async ({ connect, events, logged }) => {
    const client = connect();
    client.end("GET /a?b HTTP/1.1\r\nHost: example.org\r\n\r\n");
    t.deepEqual(await ending(client), { text: "HTTP/1.1 204 No Content\r\n\r\n" });
    await logged(1);
    t.deepEqual(events[0]?.["request"], { method: "GET", url: "http://example.org/a?b" });
    t.regex(String(events[0]?.["client"]), /^127\.0\.0\.1:\d+$/);
  });
});

test.serial("watching for a request changes no byte, however it is cut", async (t) => {
  const head = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  await inLab(t, { serve: echo }, async ({ connect, events, logged }) => {
    const client = connect();
    for (const byte of head) {
      client.write(byte);
      await sleep(1);
    }
    client.end();
    t.deepEqual(await ending(client), { text: head });
    await logged(1);
    t.deepEqual(events[0]?.["request"], { method: "POST", url: "http://a/x" });
  });
});

for (const address of ["10.1.2.2", "127.0.0.1"]) {
  const what = address === "127.0.0.1" ? "the proxy's own port" : "an address of the router itself";
  test.serial(`a connection to ${what} is refused and logged as a loop`, async (t) => {
    // The lab's proxy listens on any free port; only its configuration counts for its own.
    const listen = { address: "0.0.0.0", port: 3129 };
    const destination = { address, port: address === "127.0.0.1" ? 3129 : 80 };
    await inLab(t, { destination, config: { listen }, connect: refuseToDial }, async (lab) => {
      const client = dial({ address: "127.0.0.1", port: lab.proxy.address.port });
      t.is((await ending(client)).error, "ECONNRESET");
      t.like(lab.events[0], { event: "loop", destination: `${address}:${destination.port}` });
    });
  });
}

test.serial("one connection more than the limit is refused, until one has ended", async (t) => {
  await inLab(
    t,
    { serve: echo, config: { maxConnections: 2 } },
    async ({ connect, events, proxy, logged }) => {
      const [first, second] = [connect(), connect()];
      await until(() => proxy.connections() === 2, "two connections");
      t.is((await ending(connect())).error, "ECONNRESET");
      t.like(events[0], { event: "over-limit", maxConnections: 2 });
      first.end("one");
      t.deepEqual(await ending(first), { text: "one" });
      await logged(2);
      const third = connect();
      third.end("three");
      second.end("two");
      t.deepEqual(await Promise.all([ending(second), ending(third)]), [{ text: "two" }, { text: "three" }]);
    },
  );
});

test.serial("an outgoing socket that can't be opened costs its own client only", async (t) => {
  let attempts = 0;
  const connect: typeof plainConnect = (client, to) => {
    if (attempts++ === 0) throw Object.assign(new Error("socket: Too many open files"), { code: "EMFILE" });
    return plainConnect(client, to);
  };
  await inLab(t, { serve: echo, connect }, async (lab) => {
    t.is((await ending(lab.connect())).error, "ECONNRESET");
    t.like(lab.events[0], { event: "connection", ended: "failed", by: "proxy", error: "EMFILE" });
    const client = lab.connect();
    client.end("still here");
    t.deepEqual(await ending(client), { text: "still here" });
  });
});

test.serial("stopping lets connections end by themselves, and accepts no more", async (t) => {
  await inLab(t, { serve: echo }, async ({ connect, proxy, events }) => {
    const client = connect();
    await until(() => proxy.connections() === 1, "a connection");
    const stopped = proxy.stop();
    t.is((await ending(connect())).error, "ECONNREFUSED");
    client.end("finished");
    t.deepEqual(await ending(client), { text: "finished" });
    await stopped;
    t.is(events[0]?.["ended"], "closed");
  });
});

test.serial("stopping resets what has not ended in time", async (t) => {
  await inLab(t, { serve: echo, config: { drainMs: 100 } }, async ({ connect, proxy, events }) => {
    const client = connect();
    await until(() => proxy.connections() === 1, "a connection");
    const startedMs = performance.now();
    await proxy.stop();
    t.true(performance.now() - startedMs < 1000);
    t.is(events[0]?.["ended"], "stopped");
    t.is((await ending(client)).error, "ECONNRESET");
  });
});

test.serial("an origin that does not answer is given up after the connect timeout", async (t) => {
  await withSilentOrigin(async (destination) => {
    await inLab(
      t,
      { destination, config: { connectTimeoutMs: 200 } },
      async ({ connect, events, logged }) => {
        const client = connect();
        client.write("anybody?");
        t.is((await ending(client)).error, "ECONNRESET");
        await logged(1);
        t.like(events[0], { ended: "connect-timeout", bytesFromClient: 8, bytesFromOrigin: 0 });
        const tookMs = Number(events[0]?.["durationMs"]);
        t.true(tookMs >= 195 && tookMs < 1000, `after ${tookMs} ms`);
      },
    );
  });
});

test.serial("a client that gives up while its origin is being dialled is noticed at once", async (t) => {
  await withSilentOrigin(async (destination) => {
    await inLab(t, { destination }, async ({ connect, events, proxy, logged }) => {
      const client = connect();
      await until(() => proxy.connections() === 1, "a connection");
      client.resetAndDestroy();
      await logged(1);
      t.like(events[0], { ended: "reset", by: "client" });
    });
  });
});

/** A real listener whose queue is full and that never accepts: Linux drops the SYNs of all others. */
async function withSilentOrigin(
  body: (at: { address: string; port: number }) => Promise<void>,
): Promise<void> {
  const program = `
    const server = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const fillers: Socket[] = [];
  try {
    const [said]: unknown[] = await once(child.stdout, "data");
    const at = { address: "127.0.0.1", port: Number(String(said)) };
    // One more than the backlog of 1 fits; then the queue is full.
    fillers.push(dial(at), dial(at));
    await until(() => fillers.every(({ pending }) => !pending), "the queue to fill");
    for (const filler of fillers) filler.unref();
    await body(at);
  } finally {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
    await once(child, "close");
  }
}
