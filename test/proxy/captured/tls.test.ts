import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { blocking, captured, engines, inEngineLab, say } from "../engine-lab.ts";
import { ending, hearing, quickConfig, until } from "../loopback-lab.ts";
import { extension, hello, helloMessage, records, serverName } from "../tls/hello-bytes.ts";

const echo = (socket: Socket): void => void socket.pipe(socket);
const tls = (options: Partial<typeof quickConfig.tls>) => ({ tls: { ...quickConfig.tls, ...options } });
const destination = captured.tls;
const fatal = (description: number) => Buffer.from([21, 3, 3, 0, 2, 2, description]).toString("latin1");

for (const [engine, start] of Object.entries(engines)) {
  const promise = (title: string, run: (t: ExecutionContext) => Promise<void>): void =>
    test.serial(`${engine}: ${title}`, run);

  promise("an allowed name is relayed, untouched from the first byte, and has a line", async (t) => {
    const setup = { serve: echo, destination, policy: blocking("bad.example") };
    await inEngineLab(t, start, setup, async ({ connect, records: lines, recorded }) => {
      const said = Buffer.concat([hello(serverName("Good.example")), Buffer.from("and more")]);
      const client = connect();
      client.end(said);
      t.deepEqual(await ending(client), { text: said.toString("latin1") });
      await recorded(1);
      t.like(lines[0], {
        event: "connection",
        destination,
        method: undefined,
        url: "good.example:443",
        status: undefined,
        verdict: "allowed",
        ended: "closed",
        bytesFromClient: said.length,
        bytesToClient: said.length,
      });
    });
  });

  promise("a blocked name gets an alert, however the hello is cut, and no origin hears of it", async (t) => {
    const setup = { serve: echo, destination, policy: blocking("bad.example") };
    await inEngineLab(t, start, setup, async ({ connect, records: lines, recorded, reached }) => {
      const whole = connect();
      t.deepEqual(await say(whole, hello(serverName("www.bad.example"))), { text: fatal(112) });
      whole.end();
      const client = connect();
      const ended = ending(client);
      const cut = records(helloMessage({ extensions: [serverName("bad.example")] }), 20);
      for (let at = 0; at < cut.length; at += 16) {
        client.write(cut.subarray(at, at + 16));
        await sleep(1);
      }
      client.write("what a client sends on must not bring a reset over the alert");
      t.deepEqual(await ended, { text: fatal(112) });
      client.end();
      await recorded(2);
      const line = { event: "connection", verdict: "blocked", rule: "no <b>", bytesToClient: 7 };
      t.like(lines[0], { ...line, url: "www.bad.example:443" });
      t.like(lines[1], { ...line, url: "bad.example:443" });
      t.is(reached(), 0);
    });
  });

  promise("without a name the address is judged, or nothing passes, as the site says", async (t) => {
    const [bytes, policy] = [hello(), blocking("203.0.113.80")];
    for (const [what, setup, expected, line] of [
      ["allowed", {}, bytes.toString("latin1"), { verdict: "allowed", url: "203.0.113.80:443" }],
      ["blocked by address", { policy }, fatal(112), { verdict: "blocked", rule: "no <b>" }],
      [
        "refused",
        { config: tls({ withoutName: "block" }) },
        fatal(109),
        { verdict: "refused", rule: "no-name" },
      ],
    ] as const) {
      await inEngineLab(
        t,
        start,
        { serve: echo, destination, ...setup },
        async ({ connect, records: lines, recorded }) => {
          const client = connect();
          client.end(bytes);
          t.deepEqual(await ending(client), { text: expected }, what);
          await recorded(1);
          t.like(lines[0], line, what);
        },
      );
    }
  });

  promise("a name that may hide another is judged, or refused, as the site says", async (t) => {
    const bytes = hello(serverName("outer.example"), extension(0xfe0d, Buffer.alloc(40)));
    for (const [config, expected, line] of [
      [{}, bytes.toString("latin1"), { verdict: "allowed", url: "outer.example:443" }],
      [tls({ ech: "block" }), fatal(49), { verdict: "refused", rule: "ech", url: "outer.example:443" }],
    ] as const) {
      await inEngineLab(
        t,
        start,
        { serve: echo, destination, config },
        async ({ connect, records: lines, recorded }) => {
          const client = connect();
          client.end(bytes);
          t.deepEqual(await ending(client), { text: expected });
          await recorded(1);
          t.like(lines[0], line);
        },
      );
    }
  });

  promise("what isn't TLS is reset, or relayed, as the site says", async (t) => {
    for (const [config, expected, line] of [
      [{}, { text: "", error: "ECONNRESET" }, { verdict: "refused", rule: "not-tls" }],
      [tls({ notTls: "allow" }), { text: "GET / HTTP/1.1\r\n" }, { verdict: "allowed" }],
    ] as const) {
      await inEngineLab(
        t,
        start,
        { serve: echo, destination, config },
        async ({ connect, records: lines, recorded }) => {
          const client = connect();
          client.end("GET / HTTP/1.1\r\n");
          t.deepEqual(await ending(client), expected);
          await recorded(1);
          t.like(lines[0], line);
        },
      );
    }
  });

  promise("a hello that is malformed gets an alert", async (t) => {
    await inEngineLab(
      t,
      start,
      { serve: echo, destination },
      async ({ connect, records: lines, recorded, reached }) => {
        const client = connect();
        t.deepEqual(await say(client, hello(serverName("a.example", "b.example"))), { text: fatal(50) });
        client.end();
        await recorded(1);
        t.like(lines[0], { verdict: "refused", rule: "two-server-names" });
        t.is(reached(), 0);
      },
    );
  });

  promise("a hello that takes too long, or breaks off, is given up", async (t) => {
    const setup = { serve: echo, destination, config: { headTimeoutMs: 100 } };
    await inEngineLab(t, start, setup, async ({ connect, records: lines, recorded }) => {
      const half = hello(serverName("a.example")).subarray(0, 30);
      t.is((await say(connect(), half)).error, "ECONNRESET");
      await recorded(1);
      t.like(lines[0], { verdict: "refused", rule: "slow", bytesFromClient: 30 });
      const leaving = connect();
      leaving.end(half);
      await ending(leaving);
      await recorded(2);
      t.like(lines[1], { verdict: "allowed", by: "client" });
    });
  });

  promise("an origin that refuses is a reset for the client", async (t) => {
    await inEngineLab(t, start, { destination }, async ({ connect, records: lines, recorded }) => {
      t.is((await say(connect(), hello(serverName("a.example")))).error, "ECONNRESET");
      await recorded(1);
      t.like(lines[0], { ended: "refused", by: "origin", error: "ECONNREFUSED", url: "a.example:443" });
    });
  });

  promise("what is relayed raw is connected at once, and judged by its address", async (t) => {
    const greeting = (socket: Socket): void => void socket.end("220 hello\r\n").resume();
    const raw = { ...quickConfig, ports: [{ port: 25, carries: "raw" }] } as const;
    const setup = { serve: greeting, destination: captured.raw, config: { ports: raw.ports } };
    await inEngineLab(t, start, setup, async ({ connect, records: lines, recorded }) => {
      const client = connect();
      const heard = hearing(client);
      await until(() => heard() === "220 hello\r\n", "the greeting");
      client.end();
      await recorded(1);
      t.like(lines[0], { event: "connection", verdict: "allowed", ended: "closed", url: undefined });
    });
    const policy = blocking("203.0.113.80");
    await inEngineLab(
      t,
      start,
      { ...setup, policy },
      async ({ connect, records: lines, recorded, reached }) => {
        t.is((await ending(connect())).error, "ECONNRESET");
        await recorded(1);
        t.like(lines[0], { verdict: "blocked", rule: "no <b>", ended: "reset", by: "proxy" });
        t.is(reached(), 0);
      },
    );
  });
}
