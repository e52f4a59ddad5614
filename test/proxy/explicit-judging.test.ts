import type { Socket } from "node:net";
import test from "ava";
import { blocking } from "./engine-lab.ts";
import { inExplicitLab, mirror } from "./explicit-lab.ts";
import { hearing, quickConfig, until } from "./loopback-lab.ts";
import { hello, serverName } from "./tls/hello-bytes.ts";

const echo = (socket: Socket): void => void socket.pipe(socket);
const origins = { "a.example": mirror, "bad.example": mirror, "tls.example": echo };
const config = { policy: { ...quickConfig.policy, ...blocking("bad.example", "a.example/bad") } };
const connectTo = (target: string): string => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
const established = "HTTP/1.1 200 Connection established\r\n\r\n";

for (const url of ["http://bad.example/", "http://www.BAD.example./x", "http://a.example/bad/x"]) {
  test.serial(`${url} is answered with the block page before anything is connected to`, async (t) => {
    await inExplicitLab(t, { origins, config }, async ({ say, dialled, events, logged }) => {
      const { text } = await say(`GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      t.regex(
        text,
        /^HTTP\/1\.1 403 Forbidden\r\nContent-Type: text\/html; charset=utf-8\r\nCache-Control: no-store\r\n/,
      );
      t.regex(text, /no &#60;b&#62;[^]*<\/html>\n$/);
      await logged(1);
      t.like(events[0], {
        event: "request",
        url,
        status: 403,
        verdict: "blocked",
        rule: "no <b>",
        ended: "closed",
      });
      t.deepEqual(dialled, []);
    });
  });
}

test.serial("after a blocked request the connection goes on, and what is allowed is forwarded", async (t) => {
  await inExplicitLab(t, { origins, config }, async ({ connect, events, logged }) => {
    const client = connect();
    const heard = hearing(client);
    client.write("GET http://bad.example/ HTTP/1.1\r\nHost: x\r\n\r\n");
    await until(() => heard().endsWith("</html>\n"), "the page");
    client.write("GET http://a.example/good HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await until(() => client.readableEnded, "the end");
    client.end();
    t.regex(heard(), /<\/html>\nHTTP\/1\.1 200 OK\r\n[^]*GET \/good HTTP/);
    await logged(2);
    t.is(events[1]?.["verdict"], "allowed");
  });
});

test.serial(
  "the body of a blocked request is thrown away, and what follows is judged by itself",
  async (t) => {
    await inExplicitLab(t, { origins, config }, async ({ say, dialled }) => {
      const evil = "GET http://a.example/ HTTP/1.1\r\nHost: x\r\n\r\n";
      const head = `POST http://bad.example/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${evil.length}\r\n\r\n`;
      const last = "GET http://bad.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      const { text, error } = await say(head + evil + last);
      t.is(error, undefined);
      t.is(text.match(/HTTP\/1\.1 403 Forbidden/g)?.length, 2);
      t.deepEqual(dialled, []);
    });
  },
);

test.serial("after a page that is the last answer nothing more is asked", async (t) => {
  await inExplicitLab(t, { origins, config }, async ({ say, dialled }) => {
    const head =
      "POST http://bad.example/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    const { text } = await say(`${head}okGET http://a.example/ HTTP/1.1\r\nHost: x\r\n\r\n`);
    t.regex(text, /^HTTP\/1\.1 403 Forbidden\r\n[^]*Connection: close\r\n/);
    t.is(text.split("HTTP/1.1 ").length, 2, "one answer");
    t.deepEqual(dialled, []);
  });
});

test.serial(
  "a tunnel to a blocked host is answered with the block page before anything is connected to",
  async (t) => {
    await inExplicitLab(t, { origins, config }, async ({ say, dialled, events, logged }) => {
      const { text, error } = await say(`${connectTo("bad.example:443")}\x16\x03\x01`);
      t.is(error, undefined);
      t.regex(text, /^HTTP\/1\.1 403 Forbidden\r\n[^]*no &#60;b&#62;/);
      await logged(1);
      t.like(events[0], {
        event: "request",
        method: "CONNECT",
        url: "bad.example:443",
        status: 403,
        verdict: "blocked",
      });
      t.deepEqual(dialled, []);
    });
  },
);

test.serial("inside a tunnel TLS is judged by its name, whatever the tunnel is to", async (t) => {
  await inExplicitLab(t, { origins, config }, async ({ connect, events, logged }) => {
    const client = connect();
    const heard = hearing(client);
    client.write(connectTo("tls.example:443"));
    await until(() => heard() === established, "the tunnel");
    client.write(hello(serverName("bad.example")));
    await until(() => client.readableEnded, "the end");
    client.end();
    t.is(heard(), `${established}\x15\x03\x03\x00\x02\x02\x70`);
    await logged(1);
    t.like(events[0], {
      event: "connection",
      method: "CONNECT",
      url: "tls.example:443",
      status: 200,
      verdict: "blocked",
      rule: "no <b>",
    });

    const other = connect();
    const said = hello(serverName("tls.example"));
    const echoed = hearing(other);
    other.write(Buffer.concat([Buffer.from(connectTo("tls.example:443")), said]));
    await until(() => echoed() === established + said.toString("latin1"), "control: another name is relayed");
    other.end();
    await logged(2);
    t.like(events[1], { verdict: "allowed", bytesFromClient: said.length, bytesToClient: said.length });
  });
});

test.serial("inside a tunnel HTTP is judged request by request", async (t) => {
  await inExplicitLab(t, { origins, config }, async ({ connect, dialled, events, logged }) => {
    const client = connect();
    const heard = hearing(client);
    client.write(`${connectTo("a.example:80")}GET /bad HTTP/1.1\r\nHost: a.example\r\n\r\n`);
    await until(() => heard().endsWith("</html>\n"), "the page");
    client.write("GET /good HTTP/1.1\r\nHost: a.example\r\n\r\n");
    await until(() => heard().includes("GET /good"), "the answer");
    client.end();
    await logged(2);
    t.like(events[0], { event: "request", url: "http://a.example/bad", verdict: "blocked" });
    t.like(events[1], { event: "request", url: "http://a.example/good", verdict: "allowed" });
    t.is(dialled.length, 1);
  });
});

test.serial("one client more than its address may have is refused, until one has gone", async (t) => {
  const limited = { ...config, maxConnectionsPerClient: 1 };
  await inExplicitLab(t, { origins, config: limited }, async ({ connect, proxy, events, logged, say }) => {
    const first = connect();
    await until(() => proxy.connections() === 1, "a connection");
    const second = connect();
    second.resume();
    await until(() => second.destroyed, "the reset");
    await logged(1);
    t.like(events[0], { verdict: "refused", rule: "over-limit" });
    first.destroy();
    await until(() => proxy.connections() === 0, "its end");
    t.regex(
      (await say("GET http://a.example/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).text,
      /^HTTP\/1\.1 200 /,
    );
  });
});
