import { writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { answering, blocking, captured, engines, get, inEngineLab, ok, say } from "../engine-lab.ts";
import { bufferBytes, countBytes, createFlood, floodBytes, MiB, settled } from "../flood.ts";
import { dial, ending, hearing, until } from "../loopback-lab.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { withSilentOrigin } from "../silent-origin.ts";
import { hello, serverName } from "../tls/hello-bytes.ts";

const floodHead = `HTTP/1.1 200 OK\r\nContent-Length: ${floodBytes}\r\n\r\n`;

for (const [engine, start] of Object.entries(engines)) {
  const promise = (title: string, run: (t: ExecutionContext) => Promise<void>): void =>
    test.serial(`${engine}: ${title}`, run);

  for (const [what, config] of [
    ["in all", { maxConnections: 2 }],
    ["of a client", { maxConnectionsPerClient: 2 }],
  ] as const) {
    promise(`one connection more than there may be ${what} is reset, until one has ended`, async (t) => {
      const { serve } = answering();
      await inEngineLab(
        t,
        start,
        { serve, config },
        async ({ connect, engine: { count }, records, recorded }) => {
          const [first, second] = [connect(), connect()];
          await until(() => count().open === 2, "two connections");
          t.is((await ending(connect())).error, "ECONNRESET");
          await recorded(1);
          t.like(records[0], { verdict: "refused", rule: "over-limit", ended: "reset", by: "proxy" });
          t.like(count(), { overLimit: 1, accepted: 2 });
          first.end();
          await ending(first);
          await until(() => count().open === 1, "its end");
          const third = connect();
          third.end(get("/"));
          t.is((await ending(third)).text, ok("</>"));
          second.destroy();
        },
      );
    });
  }

  promise("a connection to the router itself is reset, and counted as a loop", async (t) => {
    const destination = { address: "10.1.2.2", port: 80 };
    await inEngineLab(
      t,
      start,
      { destination },
      async ({ connect, engine: { count }, records, recorded }) => {
        t.is((await ending(connect())).error, "ECONNRESET");
        await recorded(1);
        t.like(records[0], { verdict: "refused", rule: "loop", destination });
        t.is(count().loops, 1);
      },
    );
  });

  promise("what is open is told, with what it asks for", async (t) => {
    const serve = (socket: Socket): void => void socket.resume().on("end", () => socket.end());
    await inEngineLab(t, start, { serve }, async ({ connect, engine: { list, count } }) => {
      const client = connect();
      client.write(get("/asked"));
      let open = await list();
      for (let tries = 0; open[0]?.url === undefined && tries < 200; tries++) {
        await sleep(5);
        open = await list();
      }
      t.is(open.length, 1);
      t.like(open[0], {
        client: { address: "127.0.0.1", port: client.localPort },
        destination: captured.http,
        kind: "http",
        url: "http://a.example/asked",
        bytes: get("/asked").length,
      });
      client.resetAndDestroy();
      await until(() => count().open === 0, "its end");
      t.is(count().bytesFromClients, get("/asked").length);
      t.deepEqual(await list(), []);
    });
  });

  promise("the list of what is open has an end, however long it is", async (t) => {
    const serve = (socket: Socket): void => void socket.resume().on("end", () => socket.end());
    await inEngineLab(t, start, { serve }, async ({ connect, engine: { list, count } }) => {
      const asked = get(`/${"long".repeat(1000)}`);
      const clients = Array.from({ length: 900 }, connect);
      for (const client of clients) client.write(asked);
      await until(() => count().bytesFromClients === clients.length * asked.length, "all requests");
      const open = await Promise.race([list(), sleep(5000)]);
      t.is(open?.length, clients.length);
      for (const client of clients) client.resetAndDestroy();
    });
  });

  promise("an answer is read no faster than the client takes it", async (t) => {
    const { flood, sentBytes } = createFlood(t);
    const serve = (socket: Socket): void =>
      void socket.once("data", () => {
        socket.write(floodHead);
        flood(socket);
      });
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const before = await bufferBytes();
      const client = connect();
      client.write(get("/"));
      const heldBytes = await settled(sentBytes);
      t.true(heldBytes > 0 && heldBytes < floodBytes / 2, `${heldBytes} bytes to a client that reads none`);
      const grownBytes = (await bufferBytes()) - before;
      t.true(grownBytes < 4 * MiB, `${grownBytes} bytes of buffers for one connection`);
      t.is(await countBytes(client), floodHead.length + floodBytes);
      client.end();
    });
  });

  promise("a request is read no faster than the origin takes it", async (t) => {
    const { flood, sentBytes } = createFlood(t);
    let atOrigin: Socket | undefined;
    const serve = (socket: Socket): void => void (atOrigin = socket.pause());
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const client = connect();
      const head = `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${floodBytes}\r\n\r\n`;
      client.write(head);
      flood(client);
      const heldBytes = await settled(sentBytes);
      t.true(heldBytes > 0 && heldBytes < floodBytes / 2, `${heldBytes} bytes to an origin that reads none`);
      if (atOrigin === undefined) throw new Error("the origin has no connection");
      t.is(await countBytes(atOrigin), head.length + floodBytes);
      atOrigin.end();
    });
  });

  promise("a reset by the client, at any byte of what it says, leaves nothing behind", async (t) => {
    const { serve } = answering();
    const policy = blocking("a.example/bad");
    const said = get("/one") + get("/bad") + "PUT /two HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab";
    await inEngineLab(t, start, { serve, policy }, async ({ connect, engine: { count } }) => {
      const clients = Array.from(said, async (_, length) => {
        const client = connect();
        client.write(said.slice(0, length));
        await sleep(length % 7);
        if (length % 2 === 0) client.resume();
        client.resetAndDestroy();
      });
      await Promise.all(clients);
      await until(() => count().open === 0, "the end of all");
      t.pass();
    });
  });

  promise("a reset by the origin, at any byte of what it says, leaves nothing behind", async (t) => {
    const answer = `HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`;
    let length = 0;
    const serve = (socket: Socket): void =>
      void socket.once("data", () => {
        socket.write(answer.slice(0, length++), () => socket.resetAndDestroy());
      });
    await inEngineLab(t, start, { serve }, async ({ connect, engine: { count }, recorded }) => {
      const ends = Array.from(answer, async () => say(connect(), get("/")));
      for (const { text } of await Promise.all(ends))
        t.true(answer.startsWith(text), "nothing else was said");
      await until(() => count().open === 0, "the end of all");
      await recorded(answer.length);
    });
  });

  promise("an origin that can't be got to is given up after a time, and with its client", async (t) => {
    await withSilentOrigin(async (origin) => {
      const config = { connectTimeoutMs: 200 };
      await inEngineLab(
        t,
        start,
        { origin, config },
        async ({ connect, records, recorded, engine: { count } }) => {
          t.is((await say(connect(), get("/"))).error, "ECONNRESET");
          await recorded(1);
          t.like(records[0], {
            event: "request",
            ended: "connect-timeout",
            by: undefined,
            status: undefined,
          });
          const leaving = connect();
          leaving.write(get("/"));
          await until(() => count().open === 1, "a connection");
          await sleep(20);
          leaving.resetAndDestroy();
          await recorded(2);
          t.like(records[1], { ended: "reset", by: "client" });
        },
      );
    });
  });

  promise("stopping ends what is at rest, lets a request end, and resets what doesn't", async (t) => {
    let finish = (): void => {};
    const { serve } = answering(async (path) => {
      if (path === "/slow") await new Promise<void>((resolve) => (finish = resolve));
      if (path === "/never") await new Promise(() => {});
      return ok(path);
    });
    await inEngineLab(t, start, { serve }, async ({ connect, engine: { stop, listeners }, records }) => {
      const [idle, slow, never] = [connect(), connect(), connect()];
      const heard = hearing(idle);
      idle.write(get("/idle"));
      slow.write(get("/slow"));
      never.write(get("/never"));
      await until(() => heard() === ok("/idle"), "the answer");
      const [idleEnds, slowEnds, neverEnds] = [ending(idle), ending(slow), ending(never)];
      await sleep(20);
      const stopped = stop(300);
      t.is((await idleEnds).error, undefined);
      idle.end();
      // refused, or reset where the kernel had taken it a moment before
      t.regex(
        (await ending(dial(listeners[0] ?? { address: "", port: 1 }))).error ?? "",
        /^ECONN(REFUSED|RESET)$/,
      );
      finish();
      t.is((await slowEnds).text, ok("/slow"));
      slow.end();
      await stopped;
      t.is((await neverEnds).error, "ECONNRESET");
      t.deepEqual(
        records.map(({ url, ended }) => [url?.slice(16), ended]),
        [
          ["/idle", "closed"],
          ["/slow", "closed"],
          ["/never", "stopped"],
        ],
      );
    });
  });

  promise(
    "a policy that is reloaded ends no connection: what is under way goes on, what is asked next is judged by it",
    async (t) => {
      const file = join(await temporaryFolder(t), "list");
      const { lists: _, ...policy } = blocking();
      const lists = { l: { file, format: "domains", entries: [] } } as const;
      const serve = (socket: Socket): void =>
        void socket.on("data", (data: Buffer) => {
          const isLong = data.toString().startsWith("GET /long");
          socket.write(isLong ? "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nbef" : ok("short"));
          if (isLong) finish = () => void socket.write("ore");
        });
      let finish = (): void => {};
      await writeFile(file, "other.example\n");
      await inEngineLab(
        t,
        start,
        { serve, policy: { ...policy, lists } },
        async ({ connect, policy: loader, engine: { count } }) => {
          const [client, loading] = [connect(), connect()];
          const [heard, loaded] = [hearing(client), hearing(loading)];
          client.write(get("/1"));
          await until(() => heard() === ok("short"), "an answer");
          loading.write(get("/long"));
          await until(() => loaded().endsWith("bef"), "half an answer");

          await loader.reload();
          client.write(get("/2"));
          await until(() => heard() === ok("short") + ok("short"), "control: the same list changes nothing");

          await writeFile(file, "a.example\n");
          await loader.reload();
          t.is(count().open, 2);
          client.write(get("/3"));
          await until(() => heard().endsWith("</html>\n"), "the page");
          t.regex(heard().slice(2 * ok("short").length), /^HTTP\/1\.1 403 /);
          finish();
          await until(() => loaded().endsWith("\r\n\r\nbefore"), "the other half");
          t.is(count().open, 2);
          client.resetAndDestroy();
          loading.resetAndDestroy();
        },
      );
    },
  );

  const names = { "a.example": ["203.0.113.80", "2001:db8::80"], "other.example": ["198.51.100.1"] };
  for (const [hostCheck, host, passes, event] of [
    ["block", "a.example", true, undefined],
    ["block", "other.example", false, "host-mismatch"],
    ["block", "203.0.113.80", true, undefined],
    ["block", "198.51.100.1", false, "host-mismatch"],
    ["block", "unanswered.example", true, "host-unchecked"],
    ["log", "other.example", true, "host-mismatch"],
    ["off", "other.example", true, undefined],
  ] as const) {
    promise(`host check ${hostCheck}: ${host} ${passes ? "passes" : "is refused"}`, async (t) => {
      const { serve } = answering();
      const setup = { serve, names, config: { hostCheck } };
      await inEngineLab(t, start, setup, async ({ connect, events, records, recorded, reached }) => {
        const client = connect();
        client.end(get("/1", { host }) + get("/2", { host }));
        const { text } = await ending(client);
        t.regex(text, passes ? /^HTTP\/1\.1 200 OK[^]*<\/1>[^]*<\/2>$/ : /^HTTP\/1\.1 403 /);
        await recorded(1);
        t.like(
          records[0],
          passes ? { verdict: "allowed" } : { verdict: "refused", rule: "host-mismatch", status: 403 },
        );
        if (!passes) t.is(reached(), 0);
        if (event !== undefined) await until(() => events.length > 0, "an event");
        t.is(events[0]?.event, event);
      });
    });
  }

  promise(
    "no request overtakes one whose host is being checked, though the one before is answered",
    async (t) => {
      const { serve, heads } = answering();
      const slow = sleep(100).then(() => ["203.0.113.80"]);
      const setup = {
        serve,
        names: { "a.example": ["203.0.113.80"], "slow.example": slow },
        config: { hostCheck: "block" } as const,
      };
      await inEngineLab(t, start, setup, async ({ connect }) => {
        const client = connect();
        const requests = [get("/one"), get("/two", { host: "slow.example" }), get("/three")];
        client.end(requests.join(""));
        t.regex((await ending(client)).text, /<\/one>[^]*<\/two>[^]*<\/three>$/);
        t.deepEqual(heads, requests);
      });
    },
  );

  promise("a body that comes while its host is checked follows its head", async (t) => {
    const said = "PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello";
    let heard = "";
    const serve = (socket: Socket): void =>
      void socket.on("data", (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard === said) socket.end(ok("thanks"));
      });
    await inEngineLab(t, start, { serve, names, config: { hostCheck: "block" } }, async ({ connect }) => {
      const client = connect();
      t.is((await say(client, said)).text, ok("thanks"));
      client.end();
    });
  });

  promise("a client that says nothing is let go after the time for a head", async (t) => {
    await inEngineLab(
      t,
      start,
      { config: { headTimeoutMs: 100 } },
      async ({ connect, records, recorded }) => {
        const client = connect();
        t.deepEqual(await ending(client), { text: "" });
        client.end();
        await recorded(1);
        t.like(records[0], { event: "connection", ended: "idle", bytesFromClient: 0 });
      },
    );
  });

  promise("a TLS name that isn't at the destination gets an alert, where the site says so", async (t) => {
    const serve = (socket: Socket): void => void socket.pipe(socket);
    const setup = { serve, names, destination: captured.tls, config: { hostCheck: "block" } } as const;
    await inEngineLab(t, start, setup, async ({ connect, records, recorded }) => {
      const foreign = connect();
      const { text } = await say(foreign, hello(serverName("other.example")));
      foreign.end();
      t.is(text, "\x15\x03\x03\x00\x02\x02\x70");
      await recorded(1);
      t.like(records[0], { verdict: "refused", rule: "host-mismatch", url: "other.example:443" });
      const client = connect();
      const bytes = hello(serverName("a.example"));
      client.end(bytes);
      t.is((await ending(client)).text, bytes.toString("latin1"), "control: one that is there passes");
    });
  });
}
