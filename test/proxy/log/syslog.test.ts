import { createSocket } from "node:dgram";
import { once } from "node:events";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { Syslog } from "../../../proxy/src/log/syslog.ts";

const time = Date.UTC(2026, 0, 2, 3, 4, 5, 100);

async function listening(t: ExecutionContext) {
  const socket = createSocket("udp4");
  const datagrams: string[] = [];
  socket.on("message", (data) => datagrams.push(data.toString()));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.teardown(() => socket.close());
  const received = async (count: number) => {
    for (let tries = 0; tries < 150 && datagrams.length < count; tries++) await sleep(20);
    return datagrams;
  };
  return { port: socket.address().port, received };
}

test("each line is a datagram, as RFC 5424 has it", async (t) => {
  const { port, received } = await listening(t);
  const syslog = new Syslog("127.0.0.1", port);
  syslog.write('{"event":"request"}\n', time);
  syslog.write("1767323045.100 40\n", time + 1000);
  const head = (at: string) =>
    `<134>1 2026-01-02T03:04:${at}Z ${hostname()} halfbridge ${process.pid} access - `;
  t.deepEqual(await received(2), [
    `${head("05.100")}{"event":"request"}`,
    `${head("06.100")}1767323045.100 40`,
  ]);
  t.is(syslog.lostLines, 0);
});

test("what can't be sent is counted, and harms nobody", async (t) => {
  const { port, received } = await listening(t);
  const syslog = new Syslog("127.0.0.1", port);
  t.notThrows(() => syslog.write("x".repeat(70_000), time));
  for (let tries = 0; tries < 150 && syslog.lostLines === 0; tries++) await sleep(20);
  t.is(syslog.lostLines, 1);
  syslog.write("short", time);
  t.is((await received(1)).length, 1);
});

test("what the kernel doesn't take in time is dropped and counted, not kept", (t) => {
  const syslog = new Syslog("127.0.0.1", 514, 0);
  for (let number = 0; number < 5; number++) syslog.write(`line ${number}`, time);
  t.is(syslog.lostLines, 5);
});
