import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { Random } from "../../fuzz/random.ts";
import { reset } from "../../../proxy/src/reset.ts";
import { blocking, engines, inEngineLab, ok } from "../engine-lab.ts";

/** Clients that are there at a time, and how many each of them is, one after the other. */
const [clients, each] = [20, 12];

const hosts = ["a.example", "a.example", "b.example", "bad.example", "foreign.example"];
const fields = ["", "", "Connection: close\r\n", "Expect: 100-continue\r\n", "Upgrade: websocket\r\n"];
const oddities = ["GET / HTTP/1.1\nHost: a.example\r\n\r\n", "neither", `GET /${"long".repeat(2000)}`];
const chunks = "3\r\nabc\r\n0\r\nT: 1\r\n\r\n";
const answers = [
  ok("whole"),
  ok("last", "Connection: close\r\n"),
  ok("x".repeat(100_000)),
  `HTTP/1.1 103 Early Hints\r\n\r\n${ok("hinted")}`,
  `HTTP/1.1 100 Continue\r\n\r\n${ok("continued")}`,
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 200 OK\r\n\r\nuntil the end",
  "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
  "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  ok("asked for") + ok("not asked for"),
  "no answer",
  "",
];

for (const [engine, start] of Object.entries(engines)) {
  test.serial(
    `${engine}: in a storm of odd clients and odd origins nothing is left behind, and nothing that is blocked gets through`,
    async (t) => {
      const random = new Random(4);
      let heard = "";
      const serve = (socket: Socket): void => {
        socket.on("data", (chunk: Buffer) => {
          heard = heard.slice(-1000) + chunk.toString("latin1");
          t.false(heard.includes("bad.example") || heard.includes("foreign.example"));
          // often before the request is whole
          if (random.below(3) > 0) socket.write(random.pick(answers), "latin1");
          if (random.below(8) === 0) leave(socket, random);
        });
        socket.on("end", () => socket.end());
      };
      const setup = {
        serve,
        policy: blocking("bad.example"),
        names: { "a.example": ["203.0.113.80"], "b.example": ["203.0.113.80"], "foreign.example": [] },
        config: {
          hostCheck: "block" as const,
          http: { upgrade: "block", h2c: "block", notHttp: "block", headBytes: 4096 } as const,
          ...{ headTimeoutMs: 50, idleTimeoutMs: 100, halfCloseTimeoutMs: 100 },
        },
      };
      await inEngineLab(t, start, setup, async ({ connect, policy, engine: running }) => {
        const talk = async (): Promise<void> => {
          for (let turn = 0; turn < each; turn++) {
            const client = connect().resume();
            await waitFor(client, "connect");
            const said = Array.from({ length: 1 + random.below(5) }, () => request(random)).join("");
            for (let at = 0; at < said.length && client.writable;) {
              const end = at + 1 + random.below(5000);
              client.write(said.slice(at, end));
              at = end;
              if (random.below(4) === 0) await sleep(random.below(4));
            }
            if (random.below(3) > 0) leave(client, random);
            await waitFor(client, "close");
            client.destroy();
          }
        };
        const all = Promise.all(Array.from({ length: clients }, talk));
        for (let turn = 0; turn < 5; turn++) {
          await Promise.all([policy.reload(), running.list(), sleep(20)]);
        }
        await all;
      });
    },
  );
}

function request(random: Random): string {
  const head = `/${random.below(9)} HTTP/1.${random.below(9) === 0 ? 0 : 1}\r\nHost: ${random.pick(hosts)}\r\n${random.pick(fields)}`;
  const length = random.pick([1, 10, 5000, 100_000]);
  switch (random.below(8)) {
    case 0:
      return random.pick(oddities);
    case 1:
    case 2:
      return `POST ${head}Content-Length: ${length}\r\n\r\n${"b".repeat(length)}`;
    case 3:
      return `PUT ${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`;
    case 4:
      return `HEAD ${head}\r\n`;
    default:
      return `GET ${head}\r\n`;
  }
}

/** Waits for an event, but not for long. */
async function waitFor(socket: Socket, event: "connect" | "close"): Promise<void> {
  await Promise.race([new Promise<void>((resolve) => socket.once(event, () => resolve())), sleep(150)]);
}

function leave(socket: Socket, random: Random): void {
  if (random.below(2) === 0) socket.end();
  else reset(socket);
}
