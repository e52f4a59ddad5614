import type { Socket } from "node:net";
import test from "ava";
import { bodyOf, inExplicitLab, mirror, serving, v4 } from "./explicit-lab.ts";
import { ending, hearing, until } from "./loopback-lab.ts";

test.serial(
  "a request in absolute form gets to its origin in origin form, and its line says all of it",
  async (t) => {
    await inExplicitLab(t, { origins: { "a.example": mirror } }, async ({ say, events, dialled, logged }) => {
      const { text } = await say(
        "GET http://a.example/x/../%7e?b HTTP/1.1\r\nHost: b.example\r\nX-Twice: 1\r\nX-Twice: 2\r\n" +
          "Connection: close\r\n\r\n",
      );
      t.regex(text, /^HTTP\/1\.1 200 OK\r\n/);
      t.deepEqual(bodyOf(text).split("\r\n"), [
        "GET /x/../%7e?b HTTP/1.1",
        "Host: a.example",
        "X-Twice: 1",
        "X-Twice: 2",
        "Via: 1.1 halfbridge",
        "Connection: close",
      ]);
      t.regex(text, /\r\nVia: 1\.1 halfbridge\r\n/);
      await logged(1);
      t.like(events[0], {
        event: "request",
        method: "GET",
        url: "http://a.example/x/../%7e?b",
        status: 200,
        destination: `${v4(0)}:80`,
        verdict: "allowed",
        ended: "closed",
        bytesFromClient: 104,
        bytesToClient: text.length,
      });
      t.regex(String(events[0]?.["client"]), /^127\.0\.0\.1:\d+$/);
      t.deepEqual(dialled, [{ from: "127.0.0.1", to: { address: v4(0), port: 80 } }]);
    });
  },
);

test.serial(
  "one connection of a client may ask many origins, even before the first has answered",
  async (t) => {
    const named = (name: string, delayMs: number) =>
      serving((_, response) => void setTimeout(() => response.end(`I am ${name}.`), delayMs));
    const origins = { "a.example": named("a", 60), "b.example": named("b", 0) };
    await inExplicitLab(t, { origins }, async ({ connect, events, dialled, logged }) => {
      const client = connect();
      const ask = (name: string, rest = "") =>
        `GET http://${name}.example/ HTTP/1.1\r\nHost: ${name}.example\r\n${rest}\r\n`;
      const soFar = hearing(client);
      client.write(ask("a"));
      await until(() => soFar().includes("I am a."), "the first answer");
      client.write(ask("b") + ask("a") + ask("b", "Connection: close\r\n"));
      await ending(client);
      client.end();
      t.deepEqual(
        soFar().match(/I am \w/g),
        ["I am a", "I am b", "I am a", "I am b"],
        "in the order of the questions",
      );
      await logged(4);
      t.deepEqual(new Set(events.map(({ status }) => status)), new Set([200]));
      t.deepEqual(dialled.map(({ to }) => to.address).sort(), [v4(0), v4(0), v4(1), v4(1)]);
    });
  },
);

test.serial("a body in chunks and its trailers get through, both ways", async (t) => {
  const origin = serving((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { rawTrailers, headers } = request;
      response.writeHead(200, { Trailer: "X-Sum" });
      response.write(
        JSON.stringify({ body, rawTrailers, trailer: headers.trailer, length: headers["content-length"] }),
      );
      response.addTrailers({ "X-Sum": "fifteen" });
      response.end();
    });
  });
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ say }) => {
    const { text } = await say(
      "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nTrailer: X-Check\r\n" +
        "Connection: close\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Check: 1\r\nHost: evil\r\n\r\n",
    );
    t.regex(text, /\r\nTransfer-Encoding: chunked\r\n/);
    t.regex(text, /\r\nTrailer: X-Sum\r\n/);
    t.regex(text, /\r\n0\r\nX-Sum: fifteen\r\n\r\n$/);
    const [json = "{}"] = /\{.*\}/.exec(text) ?? [];
    t.deepEqual(JSON.parse(json), { body: "hello world", rawTrailers: ["X-Check", "1"], trailer: "X-Check" });
  });
});

test.serial("a body with a length keeps it, and a request without a body announces none", async (t) => {
  await inExplicitLab(t, { origins: { "a.example": mirror } }, async ({ say }) => {
    const ask = async (method: string, rest: string) =>
      bodyOf(
        (await say(`${method} http://a.example/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${rest}`)).text,
      );
    const withLength = await ask("PUT", "Content-Length: 3\r\n\r\nabc");
    t.regex(withLength, /\r\nContent-Length: 3\r\n/);
    t.notRegex(withLength, /Transfer-Encoding/i);
    t.regex(await ask("POST", "\r\n"), /\r\nContent-Length: 0\r\n/);
    t.notRegex(await ask("GET", "\r\n"), /Content-Length|Transfer-Encoding/i);
    t.notRegex(await ask("DELETE", "\r\n"), /Content-Length|Transfer-Encoding/i);
  });
});

test.serial("a client of HTTP/1.0 gets no chunks", async (t) => {
  const origin = serving((_, response) => {
    response.write("in ");
    response.end("chunks");
  });
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ say }) => {
    const ask = async (version: string) =>
      (await say(`GET http://a.example/ HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`)).text;
    const old = await ask("1.0");
    t.notRegex(old, /Transfer-Encoding/i);
    t.is(bodyOf(old), "in chunks");
    t.regex(await ask("1.1"), /\r\nTransfer-Encoding: chunked\r\n/, "control: one of HTTP/1.1 does");
  });
});

test.serial("answers without a body stay without", async (t) => {
  const origin = serving((request, response) => {
    if (request.method === "HEAD") response.setHeader("Content-Length", 1234);
    response.writeHead(request.method === "HEAD" ? 200 : 304, { ETag: '"x"' }).end();
  });
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ say }) => {
    const head = await say("HEAD http://a.example/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    t.regex(head.text, /\r\nContent-Length: 1234\r\n/);
    t.is(bodyOf(head.text), "");
    const unchanged = await say("GET http://a.example/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    t.regex(unchanged.text, /^HTTP\/1\.1 304 /);
    t.is(bodyOf(unchanged.text), "");
  });
});

test.serial("what concerns one hop ends there, and what Connection names", async (t) => {
  const origin = serving((request, response) => {
    response.writeHead(
      200,
      [
        ["Connection", "X-Mine"],
        ["X-Mine", "1"],
        ["Keep-Alive", "timeout=99"],
        ["Proxy-Authenticate", "Basic"],
        ["Upgrade", "h2c"],
        ["Via", "1.0 other"],
        ["Set-Cookie", "a"],
        ["Set-Cookie", "b"],
      ].flat(),
    );
    response.end(JSON.stringify(request.rawHeaders));
  });
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ say }) => {
    const { text } = await say(
      "GET http://a.example/ HTTP/1.1\r\nHost: a\r\nConnection: close, X-Hop, Content-Length\r\nX-Hop: 1\r\n" +
        "Keep-Alive: 300\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic c2VjcmV0\r\nTE: trailers\r\n" +
        "Upgrade: websocket\r\nVia: 1.0 fred\r\nContent-Length: 2\r\nAuthorization: Basic b3duCg==\r\n\r\nab",
    );
    const [json = "[]"] = /\[.*\]/.exec(text) ?? [];
    t.deepEqual(JSON.parse(json), [
      ...["Host", "a.example"],
      ...["Via", "1.0 fred"],
      ...["Content-Length", "2"],
      ...["Authorization", "Basic b3duCg=="],
      ...["Via", "1.1 halfbridge"],
      ...["Connection", "close"],
    ]);
    t.notRegex(text, /X-Mine|timeout=99|Proxy-Authenticate|Upgrade/i);
    t.deepEqual(text.match(/Set-Cookie: .|Via: .*/g), [
      "Via: 1.0 other",
      "Set-Cookie: a",
      "Set-Cookie: b",
      "Via: 1.1 halfbridge",
    ]);
  });
});

test.serial("Max-Forwards counts down, and at 0 the proxy answers by itself", async (t) => {
  await inExplicitLab(t, { origins: { "a.example": mirror } }, async ({ say, dialled }) => {
    const ask = async (method: string, limit: number) =>
      (
        await say(
          `${method} http://a.example HTTP/1.1\r\nHost: a\r\nMax-Forwards: ${limit}\r\nConnection: close\r\n\r\n`,
        )
      ).text;
    t.regex(await ask("OPTIONS", 0), /^HTTP\/1\.1 200 /);
    t.regex(await ask("TRACE", 0), /^HTTP\/1\.1 501 /);
    t.deepEqual(dialled, []);
    t.regex(await ask("OPTIONS", 2), /\r\nOPTIONS \* HTTP\/1\.1\r\nHost: a\.example\r\nMax-Forwards: 1\r\n/);
    t.regex(await ask("GET", 2), /\r\nMax-Forwards: 2\r\n/, "control: for other methods it means nothing");
  });
});

test.serial("a client that expects a 100 gets the origin's, and only then sends", async (t) => {
  let heard = "";
  const origins = {
    "a.example": (socket: Socket) => {
      socket.once("data", () => socket.write("HTTP/1.1 100 Continue\r\n\r\n"));
      socket.on("data", (data: Buffer) => {
        heard += data.toString();
        if (heard.endsWith("body")) socket.end("HTTP/1.1 204 No Content\r\n\r\n");
      });
    },
  };
  await inExplicitLab(t, { origins }, async ({ connect }) => {
    const client = connect();
    client.write(
      "PUT http://a.example/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n",
    );
    const text = hearing(client);
    await until(() => text() === "HTTP/1.1 100 Continue\r\n\r\n", "the 100");
    t.regex(heard, /\r\nExpect: 100-continue\r\n/);
    client.write("body");
    await ending(client);
    client.end();
    t.regex(text(), /HTTP\/1\.1 204 No Content\r\n/);
    t.is(bodyOf(heard), "body");
  });
});

test.serial(
  "a client that expects a 100 and gets a refusal is not asked for the body any more",
  async (t) => {
    const origin = serving(() => {});
    const refusing = (socket: Socket) =>
      void socket.once("data", () => socket.end("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"));
    await inExplicitLab(
      t,
      { origins: { "a.example": refusing, "b.example": origin } },
      async ({ connect }) => {
        const client = connect();
        client.write(
          "PUT http://a.example/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
        );
        const { text } = await ending(client);
        t.regex(text, /^HTTP\/1\.1 417 No\r\n/);
        t.regex(text, /\r\nConnection: close\r\n/);
        client.end();
      },
    );
  },
);
