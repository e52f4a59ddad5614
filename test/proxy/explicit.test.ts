import { Socket } from "node:net";
import test from "ava";
import { inExplicitLab, mirror, serving, v4, v6 } from "./explicit-lab.ts";
import { dial, ending, hearing, ignoreErrors, until } from "./loopback-lab.ts";
import { hasIPv6 } from "./has-ipv6.ts";

const get = (url: string, rest = "Connection: close\r\n") => `GET ${url} HTTP/1.1\r\nHost: a\r\n${rest}\r\n`;
const whoAmI = serving((request, response) => void response.end(`you are ${request.socket.remoteAddress}`));

for (const [originSees, seen] of [
  ["client", "127.0.0.77"],
  ["router", "127.0.0.1"],
] as const) {
  test.serial(`when the origin is to see the ${originSees}, that is whom it sees`, async (t) => {
    const setup = { origins: { "a.example": whoAmI }, config: { originSees } };
    await inExplicitLab(t, setup, async ({ proxy, dialled }) => {
      const { address: host = "", port = 0 } = proxy.listeners[0] ?? {};
      const client = ignoreErrors(new Socket({ allowHalfOpen: true })).connect({
        host,
        port,
        localAddress: "127.0.0.77",
      });
      client.write(get("http://a.example/"));
      t.regex((await ending(client)).text, new RegExp(`you are ${seen}`));
      client.end();
      t.is(dialled[0]?.from, originSees === "client" ? "127.0.0.77" : undefined);
    });
  });
}

const withIPv6 = hasIPv6 ? test.serial : test.serial.skip;
if (!hasIPv6)
  process.stderr.write("\nNOT TESTED: the proxy's IPv6 listeners, because this machine has no ::1\n\n");

withIPv6(
  "an IPv6 client that the origin sees gets to IPv6 origins; one that it doesn't see, to any",
  async (t) => {
    const listeners = [
      { kind: "explicit", address: "0.0.0.0", port: 0 },
      { kind: "explicit", address: "::", port: 0 },
    ] as const;
    const origins = { "a.example": mirror };
    for (const [originSees, to] of [
      ["client", v6(0)],
      ["router", v4(0)],
    ] as const) {
      await inExplicitLab(
        t,
        { origins, config: { listeners, originSees } },
        async ({ proxy, dialled, events, logged }) => {
          const [, v6Listener] = proxy.listeners;
          const client = dial({ address: "::1", port: v6Listener?.port ?? 0 });
          client.write(get("http://a.example/"));
          t.regex((await ending(client)).text, /^HTTP\/1\.1 200 /);
          client.end();
          t.deepEqual(dialled, [
            { from: originSees === "client" ? "::1" : undefined, to: { address: to, port: 80 } },
          ]);
          await logged(1);
          t.regex(String(events[0]?.["client"]), /^\[::1\]:\d+$/);
          const viaIPv4 = dial({ address: "127.0.0.1", port: v6Listener?.port ?? 0 });
          t.is((await ending(viaIPv4)).error, "ECONNREFUSED", "a listener at :: takes IPv6 alone");
        },
      );
    }
  },
);

withIPv6("both families can have the same port", async (t) => {
  await inExplicitLab(t, {}, async ({ proxy: first }) => {
    const port = first.listeners[0]?.port ?? 0;
    // The port of a lab that has just found it free, at an address that it doesn't have.
    const listeners = [
      { kind: "explicit", address: "127.0.0.2", port },
      { kind: "explicit", address: "::", port },
    ] as const;
    await inExplicitLab(t, { config: { listeners } }, async ({ proxy }) => {
      t.deepEqual(proxy.listeners, listeners);
    });
  });
});

test.serial("one client more than the limit is refused, until one has gone", async (t) => {
  const setup = { origins: { "a.example": mirror }, config: { maxConnections: 1 } };
  await inExplicitLab(t, setup, async ({ connect, proxy, events, say, logged }) => {
    const first = connect();
    await until(() => proxy.connections() === 1, "a connection");
    t.is((await ending(connect())).error, "ECONNRESET");
    await logged(1);
    t.like(events[0], { verdict: "refused", rule: "over-limit" });
    first.destroy();
    await until(() => proxy.connections() === 0, "its end");
    t.regex((await say(get("http://a.example/"))).text, /^HTTP\/1\.1 200 /);
  });
});

test.serial("a client that only keeps its connection is let go after the idle time", async (t) => {
  const setup = { origins: { "a.example": mirror }, config: { idleTimeoutMs: 100 } };
  await inExplicitLab(t, setup, async ({ connect }) => {
    const silent = connect();
    t.deepEqual(await ending(silent), { text: "" });
    silent.end();
  });
});

test.serial("stopping closes connections that nobody uses, and lets a request end", async (t) => {
  let finish = (): void => {};
  const slow = serving((_, response) => {
    response.write("half");
    finish = () => response.end(" and half");
  });
  await inExplicitLab(
    t,
    { origins: { "a.example": mirror, "slow.example": slow } },
    async ({ connect, proxy }) => {
      const [idle, busy] = [connect(), connect()];
      idle.write(get("http://a.example/", ""));
      const soFar = hearing(idle);
      await until(() => soFar().includes("Via: 1.1 halfbridge\r\nConnection: close"), "the mirror's answer");
      busy.write(get("http://slow.example/", ""));
      const text = hearing(busy);
      await until(() => text().includes("half"), "half an answer");
      const stopped = proxy.stop();
      await ending(idle);
      idle.end();
      t.is((await ending(connect())).error, "ECONNREFUSED");
      finish();
      await ending(busy);
      busy.end();
      t.regex(text(), / and half\r\n0\r\n\r\n$/);
      await stopped;
    },
  );
});

test.serial("stopping resets what has not ended in time, and its line is written", async (t) => {
  const setup = { origins: { "a.example": serving(() => {}) }, config: { drainMs: 80 } };
  await inExplicitLab(t, setup, async ({ connect, proxy, dialled, events }) => {
    const client = connect();
    client.write(get("http://a.example/"));
    await until(() => dialled.length === 1, "the dialling");
    await proxy.stop();
    t.is(events.length, 1);
    t.is((await ending(client)).error, "ECONNRESET");
  });
});
