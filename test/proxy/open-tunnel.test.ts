import type { Socket } from "node:net";
import test from "ava";
import { bodyOf, inExplicitLab, v4, type Origin } from "./explicit-lab.ts";
import { ending, hearing, until } from "./loopback-lab.ts";
import { withSilentOrigin } from "./silent-origin.ts";

const echo = (socket: Socket): void => void socket.pipe(socket);
const connectTo = (target: string) => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
const established = "HTTP/1.1 200 Connection established\r\n\r\n";

test.serial(
  "a tunnel carries bytes both ways, those that came with the request too, and has a line",
  async (t) => {
    await inExplicitLab(t, { origins: { "a.example": echo } }, async ({ connect, events, logged }) => {
      const client = connect();
      client.write(`${connectTo("a.example:7")}early,`);
      const text = hearing(client);
      await until(() => text() === `${established}early,`, "the tunnel");
      client.end("late");
      await ending(client);
      t.is(text(), `${established}early,late`);
      await logged(1);
      t.like(events, [
        {
          event: "connection",
          destination: `${v4(0)}:7`,
          method: "CONNECT",
          url: "a.example:7",
          status: 200,
          verdict: "allowed",
          ended: "closed",
          bytesFromClient: 10,
          bytesToClient: 10,
        },
      ]);
      t.regex(String(events[0]?.["client"]), /^127\.0\.0\.1:\d+$/);
    });
  },
);

test.serial("a tunnel may follow a request on the same connection", async (t) => {
  const answer = (socket: Socket) =>
    void socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  await inExplicitLab(
    t,
    { origins: { "a.example": echo, "b.example": answer } },
    async ({ connect, events, logged }) => {
      const client = connect();
      client.write("GET http://b.example/ HTTP/1.1\r\nHost: b\r\n\r\n");
      const text = hearing(client);
      await until(() => text().endsWith("ok"), "the answer");
      client.end(`${connectTo("a.example:7")}hello`);
      await ending(client);
      t.true(text().endsWith(`${established}hello`));
      await logged(2);
      t.like(events[1], { event: "connection", bytesFromClient: 5, bytesToClient: 5 });
    },
  );
});

const refused: readonly [what: string, target: string, status: number, why: string][] = [
  ["a port that isn't captured", "a.example:22", 403, "forbidden-port"],
  ["an address of the router", "10.1.2.2:443", 403, "loop"],
  ["the router's loopback", "localhost:443", 403, "loop"],
  ["a target without a port", "a.example", 400, "malformed"],
  ["an origin that refuses", "closed.example:7", 502, "refused"],
];
for (const [what, target, status, why] of refused) {
  test.serial(`a tunnel to ${what} is refused with ${status}, and the line says "${why}"`, async (t) => {
    const origins: Record<string, Origin> = {
      "a.example": () => t.fail("it must not be reached"),
      "closed.example": "refuses",
    };
    await inExplicitLab(t, { origins }, async ({ say, events, logged }) => {
      const { text, error } = await say(`${connectTo(target)}\x16\x03\x01 hello`);
      t.regex(text, new RegExp(`^HTTP/1\\.1 ${status} [A-Z][a-zA-Z ]+\r\n`));
      t.regex(bodyOf(text), /^.+\n$/, "it says why");
      t.is(error, undefined);
      await logged(1);
      t.like(events, [{ event: "request", method: "CONNECT", url: target, status }]);
      t.is(events[0]?.["rule"] ?? events[0]?.["ended"], why);
    });
  });
}

test.serial("a refused client that doesn't go is closed after a while", async (t) => {
  await inExplicitLab(t, {}, async ({ connect, proxy }) => {
    const client = connect();
    client.write(connectTo("a.example:22"));
    t.regex((await ending(client)).text, /^HTTP\/1\.1 403 /);
    t.is(proxy.connections(), 1, "control: it is still there");
    await until(() => proxy.connections() === 0, "its end");
    client.destroy();
  });
});

test.serial(
  "a tunnel to an origin that doesn't answer is given up with 504, or with its client",
  async (t) => {
    await withSilentOrigin(async (silent) => {
      const setup = { origins: { "a.example": silent }, config: { connectTimeoutMs: 200 } };
      await inExplicitLab(t, setup, async ({ say, connect, events, dialled, logged }) => {
        t.regex((await say(connectTo("a.example:7"))).text, /^HTTP\/1\.1 504 /);
        const client = connect();
        client.write(connectTo("a.example:7"));
        await until(() => dialled.length === 2, "the dialling");
        client.resetAndDestroy();
        await logged(2);
        t.like(events, [{ ended: "connect-timeout" }, { ended: "reset", by: "client" }]);
      });
    });
  },
);

test.serial("a tunnel is idle, reset and stopped like a captured connection", async (t) => {
  const setup = { origins: { "a.example": echo }, config: { idleTimeoutMs: 100, drainMs: 0 } };
  await inExplicitLab(t, setup, async ({ connect, proxy, events, logged }) => {
    const idle = connect();
    idle.write(connectTo("a.example:7"));
    t.is((await ending(idle)).error, "ECONNRESET");
    const reset = connect();
    reset.write(connectTo("a.example:7"));
    const heard = hearing(reset);
    await until(() => heard() === established, "the tunnel");
    reset.resetAndDestroy();
    await logged(2);
    const stopped = connect();
    stopped.write(connectTo("a.example:7"));
    const text = hearing(stopped);
    await until(() => text() === established, "the tunnel");
    await proxy.stop();
    await until(() => stopped.destroyed, "the client to notice");
    t.deepEqual(
      events.map(({ ended }) => ended),
      ["idle", "reset", "stopped"],
    );
  });
});
