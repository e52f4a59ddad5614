import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { answering, blocking, engines, get, inEngineLab, ok, say } from "../engine-lab.ts";
import { ending, hearing, until } from "../loopback-lab.ts";

for (const [engine, start] of Object.entries(engines)) {
  const promise = (title: string, run: (t: ExecutionContext) => Promise<void>): void =>
    test.serial(`${engine}: ${title}`, run);

  promise(
    "bodies go both ways by their lengths and in chunks, and what follows is a request again",
    async (t) => {
      const chunked = "5;x=y\r\nhello\r\n0\r\nT: 1\r\n\r\n";
      let heard = "";
      const serve = (socket: Socket): void => {
        socket.on("data", (chunk: Buffer) => {
          heard += chunk.toString();
          if (heard.endsWith(get("/end"))) {
            socket.end(
              `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}` +
                `HTTP/1.1 204 No Content\r\n\r\n${ok("end")}`,
            );
          }
        });
      };
      await inEngineLab(
        t,
        start,
        { serve, policy: blocking("evil.example") },
        async ({ connect, records, recorded }) => {
          const client = connect();
          const evil = get("/", { host: "evil.example" });
          const first = `POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`;
          const second = `POST /b HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`;
          const whole = first + second + get("/end");
          for (let at = 0; at < whole.length; at += 7) {
            client.write(whole.slice(at, at + 7));
            await sleep(1);
          }
          const { text } = await ending(client);
          client.end();
          t.is(heard, whole, "control: in a body, it is not judged");
          t.true(text.endsWith(ok("end")));
          await recorded(3);
          t.deepEqual(
            records.map(({ status, bytesFromClient }) => [status, bytesFromClient]),
            [
              [200, first.length],
              [204, second.length],
              [200, get("/end").length],
            ],
          );
        },
      );
    },
  );

  promise("an origin that sends an answer in parts isn't kept waiting for each to be heard", async (t) => {
    // its kernel holds a small part back until the one before is acknowledged
    const parts = ["HTTP/1.1 200 OK\r\nContent-", "Length: 4\r\n\r\n", "bo", "dy"];
    const serve = (socket: Socket): void => {
      socket.on("data", () => parts.forEach((part) => socket.write(part)));
      socket.on("end", () => socket.end());
    };
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const waits: number[] = [];
      for (let tries = 0; tries < 5; tries += 1) {
        const client = connect();
        const heard = hearing(client);
        const startedMs = performance.now();
        client.write(get("/"));
        await until(() => heard().endsWith("body"), "the body");
        waits.push(performance.now() - startedMs);
        client.end();
      }
      // an acknowledgement that is put off comes after 40 ms at the earliest, on however fast a machine
      t.true(Math.min(...waits) < 40, waits.map(Math.round).join(", "));
    });
  });

  promise("an answer to HEAD, a 304 and interim answers have no body", async (t) => {
    const { serve } = answering((path) => {
      if (path === "/head") return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
      if (path === "/same") return "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n";
      return `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok("last")}`;
    });
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      client.end(`HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n${get("/same")}${get("/hints")}`);
      const { text } = await ending(client);
      t.regex(
        text,
        /304 Not Modified\r\nContent-Length: 100\r\n\r\nHTTP\/1\.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP\/1\.1 200 OK\r\nContent-Length: 4\r\n\r\nlast$/,
      );
      await recorded(3);
      t.deepEqual(
        records.map(({ status }) => status),
        [200, 304, 200],
      );
    });
  });

  promise("an answer may come before its request is whole; what follows the body is judged", async (t) => {
    const { serve, heads } = answering();
    const setup = { serve, policy: blocking("bad.example") };
    await inEngineLab(t, start, setup, async ({ connect, records, recorded }) => {
      const client = connect();
      const heard = hearing(client);
      client.write("POST /early HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\n\r\nab");
      await until(() => heard() === ok("</early>"), "the answer");
      client.end(`cdef${get("/", { host: "bad.example" })}${get("/next")}`);
      const { text } = await ending(client);
      t.regex(text, /^HTTP\/1\.1 403 Forbidden\r\n/);
      t.true(text.endsWith(ok("</next>")));
      t.is(heads.at(-1), `abcdef${get("/next")}`);
      await recorded(3);
      t.deepEqual(
        records.map(({ status }) => status),
        [200, 403, 200],
      );
    });
  });

  promise("who is answered instead of getting its 100 sends nothing more that isn't judged", async (t) => {
    const { serve, heads } = answering();
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const client = connect();
      const evil = get("/evil");
      const fields = `Expect: 100-continue\r\nContent-Length: ${evil.length}\r\n`;
      client.write(`POST /asked HTTP/1.1\r\nHost: a.example\r\n${fields}\r\n`);
      const heard = hearing(client);
      await until(() => heard() === ok("</asked>"), "the answer");
      client.end(evil);
      t.deepEqual(await ending(client), { text: "" });
      t.is(heads.length, 1);
    });
  });

  promise("a client that waits for a 100 gets it", async (t) => {
    const serve = (socket: Socket): void => {
      let heard = "";
      socket.on("data", (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        if (heard.endsWith("body")) socket.end(ok("thanks"));
      });
    };
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const client = connect();
      const heard = hearing(client);
      client.write("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
      await until(() => heard() === "HTTP/1.1 100 Continue\r\n\r\n", "the 100");
      client.end("body");
      await until(() => client.destroyed, "the end");
      t.true(heard().endsWith("thanks"));
    });
  });

  promise("an answer without a length goes on until the origin ends", async (t) => {
    const serve = (socket: Socket): void =>
      void socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\nuntil ");
        setTimeout(() => socket.end("the end"), 20);
      });
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      client.end(get("/"));
      t.true((await ending(client)).text.endsWith("until the end"));
      await recorded(1);
      t.like(records[0], { status: 200, ended: "closed", by: undefined });
    });
  });

  promise("an upgrade that the origin takes up is relayed both ways, and has one line", async (t) => {
    const serve = (socket: Socket): void =>
      void socket.once("data", () => {
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05first",
        );
        socket.pipe(socket);
      });
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      const heard = hearing(client);
      client.write(`${get("/chat", { fields: "Upgrade: websocket\r\nConnection: Upgrade\r\n" })}early`);
      await until(() => heard().includes("firstearly"), "what was sent early");
      client.end(get("/not-judged", { host: "bad.example" }));
      await until(() => client.destroyed, "the end");
      t.true(heard().endsWith(get("/not-judged", { host: "bad.example" })));
      await recorded(1);
      t.is(records.length, 1);
      t.like(records[0], { event: "request", url: "http://a.example/chat", status: 101, ended: "closed" });
      t.is(records[0]?.bytesToClient, heard().length);
    });
  });

  promise("an upgrade that the origin doesn't take up stays HTTP, and what follows is judged", async (t) => {
    const { serve, heads } = answering();
    await inEngineLab(t, start, { serve, policy: blocking("bad.example") }, async ({ connect }) => {
      const client = connect();
      const upgrade = get("/chat", { fields: "Upgrade: websocket\r\nConnection: Upgrade\r\n" });
      client.end(upgrade + get("/", { host: "bad.example" }) + get("/after"));
      const { text } = await ending(client);
      t.regex(text, /<\/chat>HTTP\/1\.1 403 Forbidden[^]*<\/after>$/);
      t.is(heads.length, 2);
    });
  });

  promise("what follows an upgrade waits for its answer, though the one before it comes first", async (t) => {
    const { serve, heads } = answering(async (path) => {
      await sleep(path === "/chat" ? 60 : 0);
      return path === "/chat" ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" : ok(`<${path}>`);
    });
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      const upgrade = get("/chat", { fields: "Upgrade: x\r\nConnection: Upgrade\r\n" });
      client.end(`${get("/one")}${upgrade}${get("/frame")}`);
      const { text, error } = await ending(client);
      t.is(error, undefined);
      t.regex(text, /<\/one>HTTP\/1\.1 101 [^]*<\/frame>$/);
      t.deepEqual(heads, [get("/one"), upgrade, get("/frame")]);
      await recorded(2);
      t.like(records[1], { status: 101, bytesFromClient: upgrade.length + get("/frame").length });
      t.is(records.length, 2, "what came behind it is no request");
    });
  });

  promise("what isn't HTTP is relayed where the site allows it, unless its address is blocked", async (t) => {
    const config = { http: { upgrade: "block", h2c: "block", notHttp: "allow", headBytes: 4096 } } as const;
    const serve = (socket: Socket): void => void socket.pipe(socket);
    await inEngineLab(t, start, { serve, config }, async ({ connect, records, recorded }) => {
      const client = connect();
      client.end("\x00\x01 hello");
      t.deepEqual(await ending(client), { text: "\x00\x01 hello" });
      await recorded(1);
      t.like(records[0], { event: "connection", verdict: "allowed", ended: "closed", bytesFromClient: 8 });
    });
    const rule = { name: "all", action: "block", groups: [], schedules: [], lists: [], methods: [] } as const;
    await inEngineLab(
      t,
      start,
      { serve, config, policy: { rules: [rule] } },
      async ({ connect, records, recorded, reached }) => {
        const client = connect();
        t.is((await say(client, "\x00\x01 hello")).error, "ECONNRESET");
        await recorded(1);
        t.like(records[0], { event: "connection", verdict: "blocked", rule: "all" });
        t.is(reached(), 0);
      },
    );
  });

  promise("what isn't HTTP is refused behind a request, though they come as one", async (t) => {
    const config = { http: { upgrade: "block", h2c: "allow", notHttp: "allow", headBytes: 4096 } } as const;
    for (const other of ["\x00\x01 hello", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]) {
      const { serve, heads } = answering();
      await inEngineLab(t, start, { serve, config }, async ({ connect, records, recorded }) => {
        const client = connect();
        client.end(get("/one") + other);
        t.regex((await ending(client)).text, /<\/one>HTTP\/1\.1 (400|505) /);
        t.deepEqual(heads, [get("/one")]);
        await recorded(2);
        t.like(records[1], { verdict: "refused" });
      });
    }
  });

  promise("HTTP/2 in the clear is relayed where the site allows it", async (t) => {
    const config = { http: { upgrade: "block", h2c: "allow", notHttp: "block", headBytes: 4096 } } as const;
    const serve = (socket: Socket): void => void socket.pipe(socket);
    await inEngineLab(t, start, { serve, config }, async ({ connect }) => {
      const client = connect();
      const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
      client.end(preface);
      t.deepEqual(await ending(client), { text: preface });
    });
  });

  promise(
    "many requests at once are all answered in order, and no more than some are in flight",
    async (t) => {
      let most = 0;
      let waiting = 0;
      const { serve } = answering(async (path) => {
        most = Math.max(most, ++waiting);
        await sleep(20);
        waiting--;
        return ok(`<${path}>`);
      });
      await inEngineLab(t, start, { serve }, async ({ connect }) => {
        const client = connect();
        const paths = Array.from({ length: 100 }, (_, index) => `/${index}`);
        client.end(paths.map((path) => get(path)).join(""));
        const { text } = await ending(client);
        t.deepEqual(
          Array.from(text.matchAll(/<(.*?)>/g), ([, path]) => path),
          paths,
        );
        t.true(most <= 32, `${most} at once`);
      });
    },
  );
}
