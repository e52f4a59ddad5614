import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { answering, blocking, engines, get, inEngineLab, ok, say } from "../engine-lab.ts";
import { ending, hearing, until } from "../loopback-lab.ts";

for (const [engine, start] of Object.entries(engines)) {
  const promise = (title: string, run: (t: ExecutionContext) => Promise<void>): void =>
    test.serial(`${engine}: ${title}`, run);

  promise("a chunked body that is broken ends the connection with a reset, at both sides", async (t) => {
    let atOrigin: ReturnType<typeof ending> | undefined;
    const serve = (socket: Socket): void => void (atOrigin = ending(socket));
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
      client.write(`${head}5\r\nhello\r\n`);
      await until(() => atOrigin !== undefined, "the origin's connection");
      client.write(`0x5\r\nhello\r\n0\r\n\r\n${get("/smuggled")}`);
      t.is((await ending(client)).error, "ECONNRESET");
      t.false((await atOrigin)?.text.includes("smuggled"));
      t.is((await atOrigin)?.error, "ECONNRESET");
      await recorded(1);
      t.like(records[0], { verdict: "refused", status: undefined });
    });
  });

  for (const [what, answer] of [
    ["is none", "SSH-2.0-OpenSSH\r\n"],
    ["breaks off in its head", "HTTP/1.1 200 OK\r\nContent-Le"],
    ["breaks off in its body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
    ["breaks off in its chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"],
    ["has broken chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"],
    ["switches to what wasn't asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"],
  ] as const) {
    promise(`an answer that ${what} is a reset for the client`, async (t) => {
      const serve = (socket: Socket): void => void socket.once("data", () => socket.end(answer)).resume();
      await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
        const client = connect();
        client.write(get("/"));
        t.is((await ending(client)).error, "ECONNRESET");
        await recorded(1);
        t.like(records[0], { event: "request", verdict: "allowed", by: "origin" });
        t.not(records[0]?.ended, "closed");
      });
    });
  }

  promise("an answer that nobody has asked for ends the connection, and isn't passed on", async (t) => {
    const { serve } = answering(() => `${ok("asked")}${ok("not asked")}`);
    await inEngineLab(t, start, { serve, policy: blocking("bad.example") }, async ({ connect }) => {
      const client = connect();
      const heard = hearing(client);
      client.write(get("/"));
      const { error } = await ending(client);
      client.end();
      t.is(error, undefined);
      t.is(heard(), ok("asked"));
    });
  });

  promise("an origin that ends between answers ends the connection for the client", async (t) => {
    const serve = (socket: Socket): void => void socket.once("data", () => socket.end(ok("one"))).resume();
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      const { text, error } = await say(client, get("/"));
      client.end();
      t.deepEqual([text, error], [ok("one"), undefined]);
      await recorded(1);
      t.is(records.length, 1);
    });
  });

  promise("a client that has sent its end still gets its answers", async (t) => {
    const { serve } = answering(async (path) => {
      await sleep(30);
      return ok(`<${path}>`);
    });
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const client = connect();
      client.end(get("/a") + get("/b"));
      t.regex((await ending(client)).text, /<\/a>[^]*<\/b>$/);
    });
  });

  promise("a client that is answered while it still sends its last body isn't reset", async (t) => {
    const answer = "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno";
    const serve = (socket: Socket): void =>
      void socket
        .resume()
        .once("data", () => socket.write(answer))
        .on("end", () => socket.end());
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const client = connect();
      const heard = ending(client);
      const fields = "Host: a.example\r\nConnection: close\r\nContent-Length: 1000000\r\n";
      client.write(`PUT / HTTP/1.1\r\n${fields}\r\n`);
      for (let part = 0; part < 20; part++) {
        client.write(Buffer.alloc(1000));
        await sleep(5);
      }
      t.deepEqual(await heard, { text: answer });
      client.end();
    });
  });

  promise("a head that takes too long is answered 408", async (t) => {
    const { serve } = answering();
    await inEngineLab(
      t,
      start,
      { serve, config: { headTimeoutMs: 150 } },
      async ({ connect, records, recorded }) => {
        const client = connect();
        const heard = hearing(client);
        let isOver = false;
        client.once("end", () => (isOver = true));
        for (const byte of get("/slow")) {
          if (isOver) break;
          client.write(byte);
          await sleep(10);
        }
        await until(() => isOver, "the end");
        client.end();
        t.regex(heard(), /^HTTP\/1\.1 408 /);
        await recorded(1);
        t.like(records[0], { status: 408, verdict: "refused", rule: "slow" });
      },
    );
  });

  promise("so is one that began with the request before it, once that is answered", async (t) => {
    const { serve, heads } = answering();
    const config = { headTimeoutMs: 150, idleTimeoutMs: 10_000 };
    await inEngineLab(t, start, { serve, config }, async ({ connect, records, recorded }) => {
      const client = connect();
      const { text } = await say(client, `${get("/one")}GET /half`);
      client.end();
      t.regex(text, /<\/one>HTTP\/1\.1 408 /);
      t.is(heads.length, 1);
      await recorded(2);
      t.like(records[1], { status: 408, verdict: "refused", rule: "slow", bytesFromClient: 9 });
    });
  });

  promise("of requests under way only the one with a broken body is said to be refused", async (t) => {
    const { serve } = answering(() => "");
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      client.write(get("/one") + get("/two") + "PUT /three HTTP/1.1\r\nHost: a.example\r\n");
      await sleep(30);
      client.write("Transfer-Encoding: chunked\r\n\r\nnone\r\n");
      t.is((await ending(client)).error, "ECONNRESET");
      await recorded(3);
      t.deepEqual(
        records.map(({ verdict, rule, ended, by }) => ({ verdict, rule, ended, by })),
        [
          { verdict: "allowed", rule: undefined, ended: "failed", by: "client" },
          { verdict: "allowed", rule: undefined, ended: "failed", by: "client" },
          { verdict: "refused", rule: "chunked-body", ended: "failed", by: "client" },
        ],
      );
    });
  });

  promise("what couldn't be read, and waits to be told so, has a line though it never is", async (t) => {
    const { serve } = answering(() => "");
    await inEngineLab(
      t,
      start,
      { serve, config: { idleTimeoutMs: 120 } },
      async ({ connect, records, recorded }) => {
        t.is(
          (await say(connect(), `${get("/one")}GET / HTTP/1.1\nHost: a.example\r\n\r\n`)).error,
          "ECONNRESET",
        );
        await recorded(2);
        t.like(records[1], { event: "request", status: undefined, verdict: "refused", rule: "bare-lf" });
      },
    );
  });

  promise("an origin that can't be connected to is a reset for the client", async (t) => {
    await inEngineLab(t, start, {}, async ({ connect, records, recorded }) => {
      t.is((await say(connect(), get("/"))).error, "ECONNRESET");
      await recorded(1);
      t.like(records[0], {
        event: "request",
        url: "http://a.example/",
        status: undefined,
        ended: "refused",
        by: "origin",
        error: "ECONNREFUSED",
      });
    });
  });

  promise("a client that has sent its end waits for its answer, but not for ever", async (t) => {
    const serve = (socket: Socket): void =>
      void socket.resume().once("end", () => setTimeout(() => socket.end(), 300));
    await inEngineLab(
      t,
      start,
      { serve, config: { halfCloseTimeoutMs: 100 } },
      async ({ connect, records, recorded }) => {
        const client = connect();
        client.end(get("/"));
        t.is((await ending(client)).error, "ECONNRESET");
        await recorded(1);
        t.like(records[0], { ended: "half-close-timeout", status: undefined });
      },
    );
  });

  promise("a client that was told all and doesn't end is let go, however long it may be idle", async (t) => {
    const config = { idleTimeoutMs: 60_000 };
    await inEngineLab(t, start, { config }, async ({ engine: { count }, connect }) => {
      const client = connect();
      t.regex((await say(client, "no HTTP\r\n\r\n")).text, /^HTTP\/1\.1 400 /);
      t.is(count().open, 1);
      await until(() => count().open === 0, "the proxy to let go", 5000);
      client.destroy();
    });
  });

  promise("an idle connection is ended, and a request without an answer reset", async (t) => {
    const { serve } = answering((path) => (path === "/never" ? "" : ok("x")));
    await inEngineLab(
      t,
      start,
      { serve, config: { idleTimeoutMs: 120 } },
      async ({ connect, records, recorded }) => {
        const idle = connect();
        t.deepEqual(await say(idle, get("/")), { text: ok("x") });
        idle.end();
        t.is((await say(connect(), get("/never"))).error, "ECONNRESET");
        await recorded(2);
        t.deepEqual(
          records.map(({ ended }) => ended),
          ["closed", "idle"],
        );
      },
    );
  });
}
