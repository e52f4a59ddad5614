import type { Socket } from "node:net";
import test from "ava";
import { dial, ending, inLab, plainConnect, quickConfig, until } from "./loopback-lab.ts";
import { withSilentOrigin } from "./silent-origin.ts";

const echo = (socket: Socket): void => void socket.pipe(socket);
const answer = (socket: Socket): void =>
  void socket.once("data", () => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
const refuseToDial = (): never => {
  throw new Error("it must not be dialled");
};

for (const [what, address, port] of [
  ["the proxy's own port, at whatever address", "198.51.100.1", 3129],
  ["an address of the router itself", "10.1.2.2", 80],
] as const) {
  test.serial(`a connection to ${what}, is refused and logged as a loop`, async (t) => {
    // The lab's proxy listens on any free port; only its configuration counts for its own.
    const listeners = [{ kind: "transparent", address: "0.0.0.0", port: 3129 }] as const;
    const destination = { address, port };
    await inLab(t, { destination, config: { listeners }, connect: refuseToDial }, async (lab) => {
      const client = dial({ address: "127.0.0.1", port: lab.proxy.listeners[0]?.port ?? 0 });
      t.is((await ending(client)).error, "ECONNRESET");
      t.like(lab.events[0], { verdict: "refused", rule: "loop", destination: `${address}:${port}` });
    });
  });
}

for (const [originSees, from] of [
  ["client", "127.0.0.1"],
  ["router", undefined],
] as const) {
  test.serial(`when the origin is to see the ${originSees}, that is whom it is dialled from`, async (t) => {
    const dialled: unknown[] = [];
    const connect: typeof plainConnect = (source, to) => {
      dialled.push(source);
      return plainConnect(source, to);
    };
    await inLab(t, { serve: answer, connect, config: { originSees } }, async (lab) => {
      const client = lab.connect();
      client.end("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await ending(client);
      t.deepEqual(dialled, [from]);
    });
  });
}

for (const [carries, event, url] of [
  ["http", "request", "http://a/"],
  ["tls", "connection", undefined],
  ["raw", "connection", undefined],
] as const) {
  test.serial(
    `a port that carries ${carries} is looked into as that, and its line says what was seen`,
    async (t) => {
      const tls = { ...quickConfig.tls, notTls: "allow" } as const;
      const config = { ports: [{ port: 7, carries }], tls };
      await inLab(t, { serve: answer, config }, async ({ connect, logged, events }) => {
        const client = connect();
        client.end("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        t.like(await ending(client), { text: "HTTP/1.1 204 No Content\r\n\r\n" });
        await logged(1);
        t.like(events[0], { event, ended: "closed" });
        t.is(events[0]?.["url"], url);
      });
    },
  );
}

test.serial("one connection more than the limit is refused, until one has ended", async (t) => {
  await inLab(
    t,
    { serve: echo, config: { maxConnections: 2 } },
    async ({ connect, events, proxy, logged }) => {
      const [first, second] = [connect(), connect()];
      await until(() => proxy.connections() === 2, "two connections");
      t.is((await ending(connect())).error, "ECONNRESET");
      t.like(events[0], { verdict: "refused", rule: "over-limit" });
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
  const connect: typeof plainConnect = (from, to) => {
    if (attempts++ === 0) throw Object.assign(new Error("socket: Too many open files"), { code: "EMFILE" });
    return plainConnect(from, to);
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
  await withSilentOrigin(async (origin) => {
    await inLab(t, { origin, config: { connectTimeoutMs: 200 } }, async ({ connect, events, logged }) => {
      const client = connect();
      client.write("anybody?");
      t.is((await ending(client)).error, "ECONNRESET");
      await logged(1);
      t.like(events[0], { ended: "connect-timeout", bytesFromClient: 8, bytesToClient: 0 });
      const tookMs = Number(events[0]?.["durationMs"]);
      t.true(tookMs >= 195 && tookMs < 1000, `after ${tookMs} ms`);
    });
  });
});

test.serial("a client that gives up while its origin is being dialled is noticed at once", async (t) => {
  await withSilentOrigin(async (origin) => {
    await inLab(t, { origin }, async ({ connect, events, proxy, logged }) => {
      const client = connect();
      await until(() => proxy.connections() === 1, "a connection");
      client.resetAndDestroy();
      await logged(1);
      t.like(events[0], { ended: "reset", by: "client" });
    });
  });
});
