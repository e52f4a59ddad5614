import { createSocket } from "node:dgram";
import test from "ava";
import { HostCheck, resolveAllBy } from "../../proxy/src/host-check.ts";

/** A host check, what its resolver was asked, and its clock; the resolver says what it is told to, or fails. */
function checkWith(answers: (readonly string[] | undefined)[]) {
  const asked: string[] = [];
  const clock = { seconds: 0 };
  const check = new HostCheck(
    async (name, family) => {
      asked.push(`${name} ${family}`);
      const answer = answers.shift();
      if (answer === undefined) throw new Error("no answer");
      return answer;
    },
    () => clock.seconds * 1000,
  );
  return { check, asked, clock };
}

test("a name belongs to its addresses, in whatever spelling, and is asked for once by family", async (t) => {
  const { check, asked } = checkWith([["192.0.2.1"], ["2001:DB8:0::1"]]);
  t.is(await check.check("a.example", "192.0.2.1"), "belongs");
  t.is(await check.check("a.example", "2001:db8::1"), "belongs");
  t.is(await check.check("a.example", "2001:db8::2"), "foreign");
  t.is(await check.check("a.example", "::ffff:192.0.2.1"), "belongs");
  t.is(await check.check("a.example", "192.0.2.2"), "foreign");
  t.deepEqual(asked, ["a.example 4", "a.example 6"]);
});

test("an address belongs to itself alone, and nobody is asked", async (t) => {
  const { check, asked } = checkWith([]);
  t.is(await check.check("192.0.2.1", "192.0.2.1"), "belongs");
  t.is(await check.check("192.0.2.1", "192.0.2.2"), "foreign");
  t.deepEqual(asked, []);
});

test("a name without addresses belongs nowhere; one that can't be found out isn't known, nobody waits for it again at once, and later it is asked again", async (t) => {
  const { check, asked, clock } = checkWith([[], undefined, ["192.0.2.1"]]);
  t.is(await check.check("none.example", "192.0.2.1"), "foreign");
  t.is(await check.check("a.example", "192.0.2.1"), "unknown");
  clock.seconds = 4;
  t.is(await check.check("a.example", "192.0.2.1"), "unknown");
  t.is(asked.length, 2);
  clock.seconds = 5;
  t.is(await check.check("a.example", "192.0.2.1"), "belongs");
  t.is(asked.length, 3);
});

test("an address that a name had counts for half an hour, though other answers, or none, come since", async (t) => {
  const { check, asked, clock } = checkWith([["192.0.2.1"], ["192.0.2.2"], undefined, undefined]);
  t.is(await check.check("a.example", "192.0.2.1"), "belongs");
  clock.seconds = 60;
  t.is(await check.check("a.example", "192.0.2.1"), "belongs");
  clock.seconds = 29 * 60;
  t.is(await check.check("a.example", "192.0.2.1"), "belongs", "the resolver is away");
  t.is(asked.length, 3);
  clock.seconds = 30 * 60;
  t.is(await check.check("a.example", "192.0.2.1"), "unknown");
  t.is(await check.check("a.example", "192.0.2.2"), "belongs");
  t.is(asked.length, 4);
});

test("many who ask for a name at once wait for one answer", async (t) => {
  const { check, asked } = checkWith([["192.0.2.1"]]);
  const all = await Promise.all(
    Array.from({ length: 50 }, async () => check.check("a.example", "192.0.2.1")),
  );
  t.deepEqual(new Set(all), new Set(["belongs"]));
  t.is(asked.length, 1);
});

/** A DNS server that answers A with one address, AAAA with none, and names with `none`, `fail4` or `fail6` as they say. */
async function dnsServer(): Promise<{ readonly at: string; readonly close: () => void }> {
  const socket = createSocket("udp4");
  socket.on("message", (question, { address, port }) => {
    const nameEnd = question.indexOf(0, 12) + 1;
    const asked = question.subarray(12, nameEnd + 4);
    const isA = asked.readUInt16BE(asked.length - 4) === 1;
    const [none, fail] = [asked.includes("none"), asked.includes(isA ? "fail4" : "fail6")];
    const answers = !none && !fail && isA;
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(0x8180 | (none ? 3 : fail ? 2 : 0), 2);
    head.writeUInt16BE(answers ? 1 : 0, 6);
    head.fill(0, 8);
    const record = Buffer.from("c00c000100010000003c0004c0000201", "hex");
    socket.send(Buffer.concat([head, asked, ...(answers ? [record] : [])]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { at: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

test("the site's resolvers are asked: no such name is an answer, a failure is none, and says nothing of another family", async (t) => {
  const server = await dnsServer();
  t.teardown(server.close);
  const resolveAll = resolveAllBy([server.at]);
  t.deepEqual(await resolveAll("a.example", 4), ["192.0.2.1"]);
  t.deepEqual(await resolveAll("a.example", 6), []);
  t.deepEqual(await resolveAll("none.example", 4), []);
  t.deepEqual(await resolveAll(`${"a".repeat(64)}.example`, 4), [], "no name can be so");
  await t.throwsAsync(resolveAll("fail4.example", 4), { code: "ESERVFAIL" });
  t.deepEqual(await resolveAll("fail6.example", 4), ["192.0.2.1"]);

  const check = new HostCheck(resolveAll);
  t.is(await check.check("fail6.example", "192.0.2.1"), "belongs");
  t.is(await check.check("fail6.example", "2001:db8::1"), "unknown");
});
