import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { answering, blocking, engines, get, inEngineLab, ok, say } from "../engine-lab.ts";
import { ending, hearing, until } from "../loopback-lab.ts";

const page = /^HTTP\/1\.1 403 Forbidden\r\n/;

for (const [engine, start] of Object.entries(engines)) {
  const promise = (title: string, run: (t: ExecutionContext) => Promise<void>): void =>
    test.serial(`${engine}: ${title}`, run);

  promise("what is allowed goes on byte for byte, both ways, and each request has a line", async (t) => {
    const odd = "GET /a?b HTTP/1.1\r\nhOST:  a.example \r\nX: \t1 \r\nx:2\r\n\r\n";
    const answer = "HTTP/1.1 200 Very  OK\r\nX:  y \r\ncontent-LENGTH: 2\r\n\r\nhi";
    const { serve, heads } = answering(() => answer);
    await inEngineLab(t, start, { serve }, async ({ connect, records, recorded }) => {
      const client = connect();
      const heard = hearing(client);
      client.write(odd);
      await until(() => heard() === answer, "the answer");
      client.write(odd);
      await until(() => heard() === answer + answer, "the other answer");
      client.end();
      t.deepEqual(heads, [odd, odd]);
      await recorded(2);
      t.like(records[0], {
        event: "request",
        destination: { address: "203.0.113.80", port: 80 },
        method: "GET",
        url: "http://a.example/a?b",
        status: 200,
        verdict: "allowed",
        rule: undefined,
        ended: "closed",
        by: undefined,
        bytesFromClient: odd.length,
        bytesToClient: answer.length,
      });
      t.is(records[0]?.client.address, "127.0.0.1");
      t.is(records.length, 2);
    });
  });

  promise("a blocked request gets the page in its turn, and the connection goes on", async (t) => {
    const { serve, heads } = answering(async (path) => {
      if (path === "/slow") await sleep(60);
      return ok(`<${path}>`);
    });
    const setup = { serve, policy: blocking("a.example/bad") };
    await inEngineLab(t, start, setup, async ({ connect, records, recorded }) => {
      const client = connect();
      client.end(get("/slow") + get("/bad/1") + get("/one") + get("/bad/2") + get("/two"));
      const { text, error } = await ending(client);
      t.is(error, undefined);
      const parts = text.split(/(?=HTTP\/1\.1 )/);
      t.is(parts.length, 5);
      t.true(parts[0]?.endsWith("</slow>"));
      t.regex(parts[1] ?? "", page);
      t.true(parts[2]?.endsWith("</one>"));
      t.regex(parts[3] ?? "", page);
      t.true(parts[4]?.endsWith("</two>"));
      t.deepEqual(
        heads.map((head) => head.split(" ")[1]),
        ["/slow", "/one", "/two"],
      );
      await recorded(5);
      const lines = records.map(({ url, status, verdict, rule }) => [url, status, verdict, rule]);
      t.deepEqual(lines, [
        ["http://a.example/slow", 200, "allowed", undefined],
        ["http://a.example/bad/1", 403, "blocked", "no <b>"],
        ["http://a.example/one", 200, "allowed", undefined],
        ["http://a.example/bad/2", 403, "blocked", "no <b>"],
        ["http://a.example/two", 200, "allowed", undefined],
      ]);
      t.is(records[1]?.bytesToClient, parts[1]?.length);
    });
  });

  promise("the page says the rule as text and the time, and how long it is", async (t) => {
    const setup = { policy: { ...blocking("a.example"), timeZone: "Asia/Kolkata" } };
    await inEngineLab(t, start, setup, async ({ connect, reached }) => {
      const client = connect();
      const heard = hearing(client);
      client.write(get("/"));
      await until(() => heard().includes("</html>"), "the page");
      client.end();
      const [head = "", body = ""] = heard().split("\r\n\r\n");
      t.regex(head, /\r\nContent-Type: text\/html; charset=utf-8(\r\n|$)/);
      t.regex(head, /\r\nCache-Control: no-store(\r\n|$)/);
      t.is(Number(/\r\nContent-Length: (\d+)/.exec(head)?.[1]), body.length);
      t.true(body.includes("no &#60;b&#62;"));
      t.false(body.includes("<b>"));
      t.regex(body, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+05:30/);
      t.notRegex(head, /Connection/);
      t.is(reached(), 0, "the origin hears nothing of it");
    });
  });

  promise("a blocked HEAD gets no body", async (t) => {
    const { serve } = answering();
    await inEngineLab(t, start, { serve, policy: blocking("bad.example") }, async ({ connect }) => {
      const client = connect();
      client.end(`HEAD / HTTP/1.1\r\nHost: bad.example\r\n\r\n${get("/next")}`);
      const { text } = await ending(client);
      t.regex(
        text,
        /^HTTP\/1\.1 403 Forbidden\r\n[^<]*Content-Length: [1-9]\d+\r\n[^<]*\r\nHTTP\/1\.1 200 OK\r\n/,
      );
    });
  });

  for (const [what, request] of [
    ["a request with a body", "POST / HTTP/1.1\r\nHost: bad.example\r\nContent-Length: 9000\r\n\r\nbegin"],
    [
      "a request that waits for a 100",
      "POST / HTTP/1.1\r\nHost: bad.example\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    ],
    ["a request of HTTP/1.0", "GET / HTTP/1.0\r\nHost: bad.example\r\nConnection: keep-alive\r\n\r\n"],
    [
      "a request that wants to be the last",
      get("/", { host: "bad.example", fields: "Connection: close\r\n" }),
    ],
  ] as const) {
    promise(`${what} that is blocked gets the page as the last thing, and isn't reset over it`, async (t) => {
      await inEngineLab(t, start, { policy: blocking("bad.example") }, async ({ connect, reached }) => {
        const client = connect();
        client.write(request);
        const heard = hearing(client);
        const ended = ending(client);
        await until(() => heard().includes("</html>"), "the page");
        // What it still sends must not bring a reset that overtakes the page.
        client.write("x".repeat(8995));
        t.is((await ended).error, undefined);
        t.regex(heard(), page);
        t.regex(heard(), /\r\nConnection: close\r\n/);
        client.end();
        t.is(reached(), 0);
      });
    });
  }

  promise("rules go by group, method and host", async (t) => {
    const { serve } = answering();
    const rule = { action: "block", groups: [], schedules: [], lists: [], methods: [] } as const;
    const policy = {
      groups: { me: { clients: ["127.0.0.1"], macs: [] }, others: { clients: ["192.0.2.1"], macs: [] } },
      lists: { hosts: { format: "domains", entries: ["bad.example"] } },
      rules: [
        { ...rule, name: "method", methods: ["DELETE"] },
        { ...rule, name: "others", groups: ["others"] },
        { ...rule, name: "mine", groups: ["me"], lists: ["hosts"] },
      ],
    } as const;
    await inEngineLab(t, start, { serve, policy }, async ({ connect, records, recorded }) => {
      const client = connect();
      client.write(get("/") + get("/", { host: "x.BAD.example." }));
      client.end(`DELETE / HTTP/1.1\r\nHost: a.example\r\n\r\n`);
      await ending(client);
      await recorded(3);
      t.deepEqual(
        records.map(({ rule: name }) => name),
        [undefined, "mine", "method"],
      );
    });
  });

  for (const [what, bytes, status, why] of [
    [
      "two lengths",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
      400,
      "two-content-lengths",
    ],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "content-length-and-transfer-encoding",
    ],
    [
      "a coding that isn't known",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
      501,
      "transfer-coding",
    ],
    ["a bare line feed", "GET / HTTP/1.1\nHost: a\n\n", 400, "bare-lf"],
    ["a folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400, "obs-fold"],
    ["no host", "GET / HTTP/1.1\r\n\r\n", 400, "no-host"],
    ["a head that is too long", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(5000)}`, 431, "head-too-long"],
    ["a CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400, "connect"],
    ["another version", "GET / HTTP/3.0\r\n\r\n", 505, "version"],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "h2c-preface"],
    ["what isn't HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 400, "not-http"],
    ["an upgrade to h2c", get("/", { fields: "Upgrade: h2c\r\nConnection: Upgrade\r\n" }), 403, "h2c"],
    [
      "an upgrade to a WebSocket",
      get("/", { fields: "Upgrade: websocket\r\nConnection: Upgrade\r\n" }),
      403,
      "upgrade",
    ],
  ] as const) {
    promise(
      `${what} is refused with ${status}, after what was asked before, and no origin hears of it`,
      async (t) => {
        const { serve, heads } = answering();
        const config = {
          http: { upgrade: "block", h2c: "block", notHttp: "block", headBytes: 4096 },
        } as const;
        await inEngineLab(t, start, { serve, config }, async ({ connect, records, recorded, reached }) => {
          const alone = connect();
          const { text, error } = await say(alone, Buffer.from(bytes, "latin1"));
          alone.end();
          t.is(error, undefined);
          t.regex(text, new RegExp(`^HTTP/1\\.1 ${status} `));
          t.regex(text, /\r\nConnection: close\r\n/);
          await recorded(1);
          t.like(records[0], { event: "request", status, verdict: "refused", rule: why });
          t.is(reached(), 0);
          if (why === "not-http" || why === "h2c-preface") return;
          const after = connect();
          const both = await say(after, Buffer.from(get("/first") + bytes, "latin1"));
          after.end();
          t.regex(
            both.text,
            new RegExp(`^HTTP/1\\.1 200 OK\\r\\nContent-Length: 8\\r\\n\\r\\n</first>HTTP/1\\.1 ${status} `),
          );
          t.is(both.error, undefined);
          t.is(heads.length, 1);
        });
      },
    );
  }

  promise("after a refused request nothing more is taken", async (t) => {
    const { serve, heads } = answering();
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const client = connect();
      const { text } = await say(client, `GET / HTTP/1.1\r\nHost: a\r\n X: 1\r\n\r\n${get("/smuggled")}`);
      client.end();
      t.regex(text, /^HTTP\/1\.1 400 /);
      t.deepEqual(heads, []);
      t.is(text.split("HTTP/1.1").length, 2);
    });
  });

  promise("after a request that wants to be the last nothing more is taken", async (t) => {
    const { serve, heads } = answering();
    await inEngineLab(t, start, { serve }, async ({ connect }) => {
      const client = connect();
      const { text } = await say(
        client,
        get("/last", { fields: "Connection: close\r\n" }) + get("/smuggled"),
      );
      client.end();
      t.true(text.endsWith("</last>"));
      t.is(heads.length, 1);
    });
  });
}
