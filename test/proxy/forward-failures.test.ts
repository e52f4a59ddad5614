import type { Socket } from "node:net";
import test from "ava";
import { bodyOf, inExplicitLab, mirror, serving, v4 } from "./explicit-lab.ts";
import { countBytes, createFlood, floodBytes, settled } from "./flood.ts";
import { ending, hearing, quickConfig, until } from "./loopback-lab.ts";
import { withSilentOrigin } from "./silent-origin.ts";

const get = (url: string, rest = "Connection: close\r\n") => `GET ${url} HTTP/1.1\r\nHost: a\r\n${rest}\r\n`;

const refused: readonly [what: string, request: string, status: number, why: string][] = [
  ["a request in origin form", get("/index.html"), 400, "malformed"],
  ["TLS without CONNECT", get("https://a.example/"), 400, "malformed"],
  ["a port that isn't captured", get("http://a.example:8080/"), 403, "forbidden-port"],
  ["an address of the router", get("http://10.1.2.2/"), 403, "loop"],
  ["the same, mapped into IPv6", get("http://[::ffff:10.1.2.2]/"), 403, "loop"],
  ["a name of the router", get("http://router.example/"), 403, "loop"],
  ["the router's loopback", get("http://localhost/"), 403, "loop"],
  ["the same, as a number", get("http://2130706433/"), 403, "loop"],
  ["no address at all", get("http://0/"), 403, "loop"],
  ["a name that nobody has", get("http://nobody.example/"), 502, "no-address"],
  ["an IPv6 address for an IPv4 client", get("http://[2001:db8::1]/"), 502, "no-address"],
  ["an origin that refuses", get("http://closed.example/"), 502, "refused"],
  ["an origin that no route leads to", get("http://198.51.100.1/"), 502, "unreachable"],
  ["an origin that hangs up", get("http://rude.example/"), 502, "reset"],
  ["an origin that doesn't speak HTTP", get("http://ssh.example/"), 502, "failed"],
];
for (const [what, request, status, why] of refused) {
  test.serial(`${what}: the client gets ${status}, and the line says "${why}"`, async (t) => {
    const origins = {
      "a.example": () => t.fail("it must not be asked"),
      "closed.example": "refuses",
      "rude.example": (socket: Socket) => void socket.once("data", () => socket.end()),
      "ssh.example": (socket: Socket) => void socket.resume().end("SSH-2.0-OpenSSH_9.9\r\n"),
    } as const;
    const names = { "router.example": ["10.1.2.2"], "nobody.example": [] };
    await inExplicitLab(t, { origins, names }, async ({ say, events, dialled, logged }) => {
      const { text } = await say(request);
      t.regex(text, new RegExp(`^HTTP/1\\.1 ${status} `));
      t.regex(bodyOf(text), /^.+\n$/, "it says why");
      await logged(1);
      t.like(events, [{ event: "request", method: "GET", status }]);
      t.is(events[0]?.["rule"] ?? events[0]?.["ended"], why);
      t.is(dialled.length, ["refused", "unreachable", "reset", "failed"].includes(why) ? 1 : 0);
    });
  });
}

const beginning = "GET http://a.example/ HTTP/1.1\r\nHost: a\r\n";
for (const [what, said, status, rule] of [
  ["what is no HTTP", "neither this\r\n\r\n", 400, "malformed"],
  ["a folded line", `${beginning}X: 1\r\n 2\r\n\r\n`, 400, "malformed"],
  ["a bare LF", `${beginning}X: 1\n\r\n`, 400, "malformed"],
  ["two lengths", `${beginning}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400, "malformed"],
  [
    "a length and chunks",
    `${beginning}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    400,
    "malformed",
  ],
  ["a head that is too long", `${beginning}X: ${"x".repeat(9000)}\r\n\r\n`, 431, "head-too-long"],
  ["a head that takes too long", beginning, 408, "slow"],
] as const) {
  test.serial(`${what}: the client gets ${status} and the end, and there is a line`, async (t) => {
    const origins = { "a.example": () => t.fail("it must not be asked") };
    const config = { headTimeoutMs: 100, http: { ...quickConfig.http, headBytes: 8192 } };
    await inExplicitLab(t, { origins, config }, async ({ say, events, logged }) => {
      const { text, error } = await say(said);
      t.is(error, undefined);
      t.regex(text, new RegExp(`^HTTP/1\\.1 ${status} [^]*\\(${rule}\\)\\.\n$`));
      await logged(1);
      t.like(events, [{ event: "request", status, verdict: "refused", rule, ended: "closed" }]);
    });
  });
}

test.serial("a head of nearly the site's length goes on, and so does an answer's longer one", async (t) => {
  const talkative = serving((question, answer) => {
    answer.setHeader("X-Heard", question.headers["x-said"] ?? "").setHeader("X-More", "y".repeat(100_000));
    answer.end("ok");
  });
  const config = { http: { ...quickConfig.http, headBytes: 8192 } };
  await inExplicitLab(t, { origins: { "a.example": talkative }, config }, async ({ say }) => {
    const long = "x".repeat(7900);
    const { text } = await say(get("http://a.example/", `X-Said: ${long}\r\nConnection: close\r\n`));
    t.true(text.startsWith("HTTP/1.1 200 OK\r\n"));
    t.true(
      text.includes(`\r\nX-Heard: ${long}\r\n`) && text.includes(`\r\nX-More: ${"y".repeat(100_000)}\r\n`),
    );
  });
});

test.serial("who connects and says nothing in time gets no answer to what wasn't asked", async (t) => {
  await inExplicitLab(t, { config: { headTimeoutMs: 100 } }, async ({ say, events }) => {
    t.deepEqual(await say(""), { text: "", error: "ECONNRESET" });
    t.deepEqual(events, []);
  });
});

test.serial(
  "what can't be read isn't answered in place of a request that waits for its answer",
  async (t) => {
    const origins = { "a.example": (socket: Socket) => void socket.resume().on("end", () => socket.end()) };
    await inExplicitLab(t, { origins }, async ({ connect, dialled, events, logged }) => {
      const client = connect();
      client.write(`${beginning}\r\n`);
      await until(() => dialled.length > 0, "the origin to be asked");
      client.write("neither this\r\n\r\n");
      t.deepEqual(await ending(client), { text: "", error: "ECONNRESET" });
      await logged(1);
      t.like(events, [{ event: "request", url: "http://a.example/", verdict: "allowed" }]);
    });
  },
);

test.serial("after a refusal the connection goes on, body or not", async (t) => {
  await inExplicitLab(t, { origins: { "a.example": mirror, "b.example": "refuses" } }, async ({ say }) => {
    const { text } = await say(
      "POST http://b.example/ HTTP/1.1\r\nHost: b\r\nContent-Length: 100000\r\n\r\n" +
        "x".repeat(100_000) +
        get("http://a.example/"),
    );
    t.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 502", "HTTP/1.1 200"]);
  });
});

test.serial("an origin that doesn't answer the dialling is given up with 504", async (t) => {
  await withSilentOrigin(async (silent) => {
    const setup = { origins: { "a.example": silent }, config: { connectTimeoutMs: 150 } };
    await inExplicitLab(t, setup, async ({ say, events }) => {
      const startedMs = performance.now();
      const { text } = await say(get("http://a.example/"));
      const tookMs = performance.now() - startedMs;
      t.regex(text, /^HTTP\/1\.1 504 /);
      t.true(tookMs >= 145 && tookMs < 1000, `after ${tookMs} ms`);
      t.like(events, [{ status: 504, ended: "connect-timeout", by: "origin" }]);
    });
  });
});

test.serial("of a name's addresses each is tried; those of this router are not", async (t) => {
  const setup = {
    origins: { "a.example": "refuses", "b.example": mirror },
    names: { "both.example": ["10.1.2.2", v4(0), v4(1)] },
  } as const;
  await inExplicitLab(t, setup, async ({ say, dialled }) => {
    t.regex((await say(get("http://both.example/"))).text, /^HTTP\/1\.1 200 /);
    t.deepEqual(
      dialled.map(({ to }) => to.address),
      [v4(0), v4(1)],
    );
  });
});

test.serial("an origin that is silent for the idle time is given up with 504", async (t) => {
  let asked = 0;
  const setup = { origins: { "a.example": serving(() => void asked++) }, config: { idleTimeoutMs: 120 } };
  await inExplicitLab(t, setup, async ({ connect, events, logged }) => {
    const client = connect();
    client.write(get("http://a.example/"));
    t.regex((await ending(client)).text, /^HTTP\/1\.1 504 /);
    client.end();
    await logged(1);
    t.like(events, [{ status: 504, ended: "idle" }]);
    t.is(asked, 1);
  });
});

for (const [what, answer] of [
  ["with a length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!"],
  ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n"],
] as const) {
  test.serial(`an answer ${what} that breaks off doesn't look whole`, async (t) => {
    const origin = (socket: Socket) => void socket.once("data", () => socket.end(answer));
    await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ say, events, logged }) => {
      t.is((await say(get("http://a.example/"))).error, "ECONNRESET");
      await logged(1);
      t.like(events, [{ status: 200, ended: "reset", by: "origin" }]);
    });
  });
}

test.serial("control: an answer whose end is the connection's end is whole", async (t) => {
  const origin = (socket: Socket) =>
    void socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\nfive!"));
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ say, events, logged }) => {
    const { text, error } = await say(get("http://a.example/"));
    t.is(error, undefined);
    t.regex(text, /five!/);
    await logged(1);
    t.is(events[0]?.["ended"], "closed");
  });
});

for (const how of ["reset", "end"] as const) {
  test.serial(
    `a client's ${how} in the middle of an answer takes its origin's connection along`,
    async (t) => {
      let atOrigin: Socket | undefined;
      const origin = (socket: Socket) => {
        atOrigin = socket.resume();
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin");
      };
      await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ connect, events, logged }) => {
        const client = connect();
        client.write(get("http://a.example/"));
        const text = hearing(client);
        await until(() => text().endsWith("begin"), "the beginning");
        t.false(atOrigin?.readableEnded, "control: it is still there");
        if (how === "reset") client.resetAndDestroy();
        else client.end();
        await logged(1);
        t.like(events, [{ status: 200, ended: "reset", by: "client" }]);
        await until(() => atOrigin?.readableEnded === true, "the origin to notice");
        atOrigin?.destroy();
      });
    },
  );
}

test.serial("a client that goes away in the middle of its body leaves nothing behind", async (t) => {
  let atOrigin = "";
  const origin = (socket: Socket) =>
    void socket.on("end", () => socket.end()).on("data", (data: Buffer) => (atOrigin += data.toString()));
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ connect, events, logged }) => {
    const client = connect();
    client.write("PUT http://a.example/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    await until(() => atOrigin.endsWith("half"), "half a body");
    client.resetAndDestroy();
    await logged(1);
    t.like(events, [{ method: "PUT", ended: "reset", by: "client" }]);
  });
});

test.serial("a client that asks much at once has one socket to an origin at a time", async (t) => {
  let [open, most, all] = [0, 0, 0];
  const origin = (socket: Socket) => {
    all++;
    most = Math.max(most, ++open);
    socket.once("close", () => open--).resume();
    if (all < 5) socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    else socket.once("end", () => socket.end());
  };
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ connect, events, logged }) => {
    const client = connect();
    client.write(get("http://a.example/", "").repeat(20));
    await until(() => all === 5, "the fifth question");
    t.true(most <= 2, `${most}: one that is closing, and the next`);
    client.resetAndDestroy();
    await logged(5);
    t.deepEqual(
      events.map(({ status }) => status),
      [200, 200, 200, 200, undefined],
      "what was never asked has no line",
    );
  });
});

test.serial("a client that goes away while its origin is being dialled is noticed at once", async (t) => {
  await withSilentOrigin(async (silent) => {
    await inExplicitLab(
      t,
      { origins: { "a.example": silent } },
      async ({ connect, events, dialled, logged }) => {
        const client = connect();
        client.write(get("http://a.example/"));
        await until(() => dialled.length === 1, "the dialling");
        client.resetAndDestroy();
        await logged(1);
        t.like(events, [{ ended: "reset", by: "client" }]);
        t.is(events[0]?.["status"], undefined);
      },
    );
  });
});

test.serial("a client that does not read holds its origin back, and later gets every byte", async (t) => {
  const { flood, sentBytes } = createFlood(t);
  const origin = (socket: Socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${floodBytes}\r\n\r\n`);
    flood(socket);
  };
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ connect, events, logged }) => {
    const client = connect();
    client.write(get("http://a.example/"));
    const heldBytes = await settled(sentBytes);
    t.true(
      heldBytes < floodBytes / 2,
      `the origin could send ${heldBytes} bytes to a client that reads none`,
    );
    t.true((await countBytes(client)) > floodBytes);
    client.end();
    await logged(1);
    t.true(Number(events[0]?.["bytesToClient"]) > floodBytes);
  });
});

test.serial("an origin that does not read holds its client back, and later gets every byte", async (t) => {
  const { flood, sentBytes } = createFlood(t, { ends: false });
  let atOrigin: Socket | undefined;
  const origin = (socket: Socket) => void (atOrigin = socket.pause());
  await inExplicitLab(t, { origins: { "a.example": origin } }, async ({ connect }) => {
    const client = connect();
    const fields = `Host: a\r\nConnection: close\r\nContent-Length: ${floodBytes}\r\n`;
    client.write(`PUT http://a.example/ HTTP/1.1\r\n${fields}\r\n`);
    flood(client);
    const heldBytes = await settled(sentBytes);
    t.true(
      heldBytes < floodBytes / 2,
      `the client could send ${heldBytes} bytes to an origin that reads none`,
    );
    const answered = ending(client);
    let bytes = 0;
    atOrigin?.on("data", (chunk: Buffer) => (bytes += chunk.length)).resume();
    await until(() => bytes > floodBytes, "all of it", 10_000);
    atOrigin?.end("HTTP/1.1 204 No Content\r\n\r\n");
    const { text } = await answered;
    t.regex(text, /^HTTP\/1\.1 204 /);
    client.end();
  });
});
